//! Targets of `cargo xtask fuzz`: each takes bytes of any kind and reports what must not happen.
//!
//! | target | bytes | property |
//! |---|---|---|
//! | `frames` | a frame of the gateway | read as by `serde_json` and `simd-json`, from bytes to events and back |
//! | `names` | channel names, ids, texts of errors and times | parse, print and parse to the same |
//! | `urls` | addresses, proxies and exceptions | parse, print and parse to the same |
//! | `rest` | status, `Retry-After` and body of a REST response | a typed result or an error without the token |
//! | `callbacks` | the body of a bot's callback | a message that is written and read to the same, or an error |
//! | `socket` | all that a gateway sends after the upgrade | the connection ends, and the client continues |
//! | `http` | all that a gateway sends on a connection | likewise |
//! | `state` | a state file | opened, or refused and left as it is |
//! | `arguments` | arguments of the command, one a line | parsed, or refused with a text |
//!
//! The in-tree job, [`run`], makes cases from seeds: it works with every toolchain and repeats
//! exactly. `libfuzzer/` runs the same targets guided by coverage.

mod corpus;
mod mutate;
mod oracle;
mod repair;
mod run;
mod seeds;
mod target;

pub use run::run;
pub use target::{Check, NAMES, check};
