//! The command `groupme-relay`.

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
