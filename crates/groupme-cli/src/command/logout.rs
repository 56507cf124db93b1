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
    Ok(RowPrinter::new(args.output).row(&Row::LoggedOut(&name))?)
}
