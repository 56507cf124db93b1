//! Lookup of ids by name.

use anyhow::anyhow;

use crate::exit::Failure;

/// Id and name of a conversation, user, poll or bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Named {
    pub(crate) fn new(id: &impl ToString, name: impl Into<String>) -> Self {
        Self {
            id: id.to_string(),
            name: name.into(),
        }
    }
}

/// Chooses by name: as written, else regardless of case and of blanks around. `kind` is a noun such as
/// `group`, `option` the option that has the name.
///
/// # Errors
///
/// If several have the name, with their ids; if none has, with those of similar names.
pub(crate) fn choose(
    wanted: &str,
    kind: &str,
    option: &str,
    among: &[Named],
) -> Result<Named, Failure> {
    let folded = fold(wanted);
    if folded.is_empty() {
        return Err(Failure::Usage(anyhow!(
            "{option} is empty: add the name or id of a {kind}"
        )));
    }
    let exact: Vec<_> = among.iter().filter(|one| one.name == wanted).collect();
    let found = if exact.is_empty() {
        let is_same = |one: &&Named| fold(&one.name) == folded;
        among.iter().filter(is_same).collect()
    } else {
        exact
    };
    match &found[..] {
        [one] => Ok((*one).clone()),
        [] => Err(Failure::Refused(unknown(wanted, kind, option, among))),
        several => Err(Failure::Usage(anyhow!(
            "several {kind}s are named `{wanted}`: {}; add {option} with the id",
            list(several)
        ))),
    }
}

fn unknown(wanted: &str, kind: &str, option: &str, among: &[Named]) -> anyhow::Error {
    let folded = fold(wanted);
    let mut similar: Vec<_> = among
        .iter()
        .map(|one| (similarity(&folded, &fold(&one.name)), one))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .collect();
    similar.sort_by(|one, other| other.0.total_cmp(&one.0));
    similar.truncate(MAX_SIMILAR);
    if similar.is_empty() {
        return anyhow!("not found: no {kind} is named `{wanted}`; {option} takes an id, too");
    }
    let similar: Vec<_> = similar.into_iter().map(|(_, one)| one).collect();
    anyhow!(
        "not found: no {kind} is named `{wanted}`; similar names: {}",
        list(&similar)
    )
}

/// Returns the similarity of two texts, from 0 to 1. A name that contains the text has 0.9 at least.
fn similarity(wanted: &str, name: &str) -> f64 {
    let similarity = strsim::jaro_winkler(wanted, name);
    if name.contains(wanted) || !name.is_empty() && wanted.contains(name) {
        similarity.max(0.9)
    } else {
        similarity
    }
}

fn fold(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn list(named: &[&Named]) -> String {
    let shown = named.iter().take(MAX_SHOWN);
    let mut shown: Vec<_> = shown
        .map(|one| format!("{} ({})", one.name, one.id))
        .collect();
    if named.len() > MAX_SHOWN {
        shown.push(format!("{} more", named.len() - MAX_SHOWN));
    }
    shown.join(", ")
}

/// Similarity from which names are suggested.
const MIN_SIMILARITY: f64 = 0.8;
const MAX_SIMILAR: usize = 5;

/// Candidates that an error shows.
const MAX_SHOWN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> Vec<Named> {
        let numbered = names.iter().zip(1_u32..);
        numbered.map(|(name, id)| Named::new(&id, *name)).collect()
    }

    fn chosen(wanted: &str, names: &[&str]) -> Result<String, String> {
        choose(wanted, "group", "--group", &groups(names))
            .map(|one| one.id)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_found_as_written_or_else_regardless_of_case_and_blanks() {
        let names = ["Lake weekend", "LAKE", "lake", "Café"];
        assert_eq!(chosen("lake", &names).as_deref(), Ok("3"));
        assert_eq!(chosen(" lake  WEEKEND ", &names).as_deref(), Ok("1"));
        assert_eq!(chosen("CAFÉ", &names).as_deref(), Ok("4"));
    }

    #[test]
    fn an_ambiguous_name_is_refused_with_the_candidates() {
        let error = chosen("LAKE", &["Lake", "lake", "sea"]).unwrap_err();
        assert_eq!(
            error,
            "several groups are named `LAKE`: Lake (1), lake (2); add --group with the id"
        );
        let many = ["x"; 30];
        let error = chosen("x", &many).unwrap_err();
        assert!(error.contains("x (10), 20 more"), "{error}");
    }

    #[test]
    fn an_unknown_name_is_refused_with_similar_ones() {
        let names = ["Lake weekend", "Book club", "Lack weekend"];
        let error = chosen("Lake wekend", &names).unwrap_err();
        assert!(
            error.ends_with("similar names: Lake weekend (1), Lack weekend (3)"),
            "{error}"
        );
        assert!(
            chosen("club", &names)
                .unwrap_err()
                .contains("Book club (2)")
        );
        let error = chosen("zzz", &names).unwrap_err();
        assert!(error.contains("--group takes an id, too"), "{error}");
        assert!(chosen(" ", &names).unwrap_err().contains("is empty"));
    }
}
