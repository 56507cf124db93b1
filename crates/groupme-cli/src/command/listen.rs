//! `groupme listen`: an account's events, as they arrive.

use std::io::{self, IsTerminal as _};

use groupme_client::GroupId;

use super::{
    Stop,
    follow::{Limits, follow},
};
use crate::{
    account,
    args::{Format, Listen},
    exit::Failure,
    output::Printer,
};

pub(crate) async fn run(args: Listen) -> Result<(), Failure> {
    // Before there is a session of which to take leave.
    let stop = Stop::listen()?;
    let (mut builder, _) = account::gateway(&args.account, &args.gateway).await?;
    for group in args.groups {
        builder = builder.group(GroupId::new(group));
    }
    for with in args.direct_messages {
        builder = builder.direct_messages(with);
    }
    let client = builder.connect().map_err(Failure::usage)?;
    let format = args.format.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            Format::Pretty
        } else {
            Format::Json
        }
    });
    let limits = Limits {
        count: args.count,
        time: args.time,
    };
    follow(
        stop,
        client,
        Printer::new(format),
        limits,
        core::future::pending(),
    )
    .await
}
