//! The command `groupme-relay`: prints an error with its causes to stderr, and ends with status 1.

mod command;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(command::run()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("groupme-relay: {error:#}");
            ExitCode::FAILURE
        }
    }
}
