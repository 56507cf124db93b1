//! Arguments of any kind: parsed, or refused with a text.

use clap::Parser as _;
use fastrand::Rng;

use super::Cli;

/// Valid command lines to start from.
const LINES: &[&str] = &[
    "listen --state f --group 1 --dm 1+2 --history 5 --poll-after 2m --format json --count 3 --for 30s",
    "listen --user 1 --transport websocket --gateway-url http://127.0.0.1:1/faye --no-backfill -vv",
    "send --group 1 --reply-to 2 --image f --guid g --timeout 5s hello",
    "history --dm 1+2 --limit 5 --before 9 --api-url http://127.0.0.1:1/v3 --token-file f",
    "like --group 1 2 --pack 1:5",
    "archive d --group 1 --dm 1+2 --recheck 5 --keep-deleted --no-media --html --patience 1m",
    "stats d --group 1 --top 5 --svg f",
    "completion bash",
    "ping --count 3 --interval 30s --allow-plaintext",
    "sim --addr 127.0.0.1:0 --token t",
    "decode --as push -",
    "demo --for 10s",
    "history --group Lake --since 2026-11-30 --before @last-1 --color never --profile work",
    "polls create --group 1 question a b --ends 2h",
    "bot post --bot x hello",
    "api GET users/me -d {}",
    "leave --group 1 --yes",
];

/// Words that some option takes, and words that none should.
const WORDS: &[&str] = &[
    "",
    "-",
    "--",
    "-v",
    "--for",
    "--group",
    "--pack",
    "--limit",
    "--help",
    "--version",
    "=",
    "0",
    "-1",
    "1:-5",
    ":",
    "99999999999999999999",
    "18446744073709551616",
    "1e400",
    "NaN",
    "5%",
    "1/0",
    "101%",
    "always",
    "30s",
    "99999999999999999y",
    "1s 1s",
    "µs",
    "é",
    "@last-18446744073709551616",
    "99999999999999999999 years ago",
    "9999-12-31",
    "-009999-01-01",
    "\u{202e}",
    "\u{1b}[2J",
    "--format=summary",
    "--addr",
    "[::1]:0",
    "256.1.1.1:1",
    ":65536",
    "\n",
    "\0",
];

#[test]
fn arguments_of_any_kind_parse_or_are_refused() {
    let mut rng = Rng::with_seed(13);
    let mut parsed = 0;
    for _ in 0..5_000 {
        let line = rng.choice(LINES).copied().unwrap_or_default();
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for _ in 0..rng.usize(..4) {
            let at = rng.usize(..words.len());
            let word = rng.choice(WORDS).copied().unwrap_or_default();
            match rng.u8(..4) {
                0 => words[at] = word.to_owned(),
                1 => words.insert(at, word.to_owned()),
                2 => words[at].push_str(word),
                _ => words.swap(0, at),
            }
        }
        let words = words.iter().map(String::as_str);
        match Cli::try_parse_from(core::iter::once("groupme").chain(words)) {
            Ok(_) => parsed += 1,
            Err(error) => {
                assert!([0, 2].contains(&error.exit_code()), "{error}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!((500..4_900).contains(&parsed), "{parsed}");
}
