//! Options of `groupme api`.

use clap::{Args, ValueEnum};

use super::{Account, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme api GET users/me
  groupme api GET 'groups?page=2&per_page=5'
  groupme api POST groups/1835/update -d '{\"office_mode\": true}'
  groupme api GET /v4/relationships")]
pub(crate) struct Api {
    /// Method of the request.
    #[arg(value_enum, ignore_case = true)]
    pub(crate) method: Method,
    /// Path below the address of the API, with its query: `users/me` is `/v3/users/me`, and `/v1/…`,
    /// `/v2/…` and `/v4/…` name other versions.
    pub(crate) path: String,
    /// JSON body, or `-` to read standard input.
    #[arg(short, long, value_name = "JSON")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    #[value(name = "GET")]
    Get,
    #[value(name = "POST")]
    Post,
    #[value(name = "PUT")]
    Put,
    #[value(name = "DELETE")]
    Delete,
}
