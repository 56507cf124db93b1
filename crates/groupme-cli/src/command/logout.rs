//! `groupme logout`: removes an account stored by `groupme login`.

use anyhow::anyhow;

use crate::{
    args::Logout,
    credentials,
    exit::Failure,
    output::{Row, RowPrinter},
    profile,
};

pub(crate) fn run(args: &Logout) -> Result<(), Failure> {
    let name = credentials::profile_name(args.profile.as_deref())?;
    if !profile::remove(&name)? {
        return Err(Failure::Usage(anyhow!(
            "there is no profile `{name}`: `groupme whoami --all` lists those there are"
        )));
    }
    let done = format!("the profile `{name}` was removed");
    RowPrinter::new(args.output).done(&Row::LoggedOut(&name), &done)
}
