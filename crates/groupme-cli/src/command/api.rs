//! `groupme api`: any request to the REST API.

use anyhow::{Context as _, anyhow};
use groupme_rest::{Call, Service};
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::text;
use crate::{
    account::Account,
    args::{Api, Method},
    exit::Failure,
    output::{Row, RowPrinter, warn_of_nulls},
};

pub(crate) async fn run(args: Api) -> Result<(), Failure> {
    let data = args.data.as_deref().map(text::read).transpose()?;
    // As it is written: numbers keep their digits.
    let data: Option<Box<RawValue>> = match data {
        None => None,
        Some(data) => {
            let data = serde_json::from_str(&data).context("the body is not JSON");
            Some(data.map_err(Failure::Usage)?)
        }
    };
    let mut call = call(args.method, &args.path)?;
    if let Some(data) = &data {
        call = call.body(data);
    }
    let account = Account::open(&args.account).await?;
    let answer = account.call(&call.as_sent()).await?;
    warn_of_nulls("the answer", answer.value());
    let row = Row::Answer(answer.value());
    if args.method == Method::Get {
        return Ok(RowPrinter::new(args.output).row(&row)?);
    }
    RowPrinter::new(args.output).done(&row, "the request was carried out")
}

/// Returns the request to a path with a query.
fn call(method: Method, path: &str) -> Result<Call<()>, Failure> {
    let usage = |reason: &str| Failure::Usage(anyhow!("the path `{path}` {reason}"));
    if is_address(path) {
        return Err(usage("is an address: expected a path such as `users/me`"));
    }
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let mut segments: Vec<_> = plain.trim_matches('/').split('/').collect();
    let version = segments.first().and_then(|first| version(first));
    if version.is_some() {
        segments.remove(0);
    }
    let service = version.unwrap_or(Service::V3);
    let template = segments
        .len()
        .checked_sub(1)
        .and_then(|index| TEMPLATES.get(index))
        .ok_or_else(|| usage("has no or too many parts"))?;
    let decoded = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        let decoded = decoded.map_err(|_| usage("is not UTF-8"))?;
        Ok::<_, Failure>(decoded.into_owned())
    };
    let mut call = match method {
        Method::Get => Call::get(service, template),
        Method::Post => Call::post(service, template),
        Method::Put => Call::put(service, template),
        Method::Delete => Call::delete(service, template),
    };
    for segment in segments {
        call = call.segment(decoded(segment)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        call = call.query(&decoded(name)?, decoded(value)?);
    }
    Ok(call)
}

/// Returns whether a path begins as an address does: with a scheme (RFC 3986, section 3.1).
fn is_address(path: &str) -> bool {
    path.split_once("://").is_some_and(|(scheme, _)| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(is_letter)
    })
}

fn version(word: &str) -> Option<Service> {
    Some(match word {
        "v1" => Service::V1,
        "v2" => Service::V2,
        "v3" => Service::V3,
        "v4" => Service::V4,
        _ => return None,
    })
}

/// Paths by the number of their parts. The longest path that GroupMe's clients use has seven.
const TEMPLATES: [&str; 9] = [
    "{}",
    "{}/{}",
    "{}/{}/{}",
    "{}/{}/{}/{}",
    "{}/{}/{}/{}/{}",
    "{}/{}/{}/{}/{}/{}",
    "{}/{}/{}/{}/{}/{}/{}",
    "{}/{}/{}/{}/{}/{}/{}/{}",
    "{}/{}/{}/{}/{}/{}/{}/{}/{}",
];

#[cfg(test)]
mod tests {
    use groupme_rest::{BaseUrl, Services, Token};

    use super::*;

    fn uri(path: &str) -> Result<String, String> {
        let call = call(Method::Get, path).map_err(|error| error.to_string())?;
        let base = BaseUrl::new("http://127.0.0.1:1").unwrap();
        let services = Services::with_base_url(&base);
        let request = call.request(&services, &Token::new("t").unwrap(), None);
        let request = request.map_err(|error| error.to_string())?;
        let uri = request.uri();
        Ok(uri.path_and_query().unwrap().to_string())
    }

    #[test]
    fn a_path_has_a_version_parts_and_a_query() {
        for (path, sent) in [
            ("users/me", "/v3/users/me"),
            ("/v3/users/me", "/v3/users/me"),
            (
                "/v4/relationships?include_blocked=true&x",
                "/v4/relationships?include_blocked=true&x=",
            ),
            (
                "conversations/1+2/messages/a%2Fb",
                "/v3/conversations/1+2/messages/a%2Fb",
            ),
            ("groups?q=a%20b", "/v3/groups?q=a+b"),
            (
                "x?u=http://a/&v=b://c",
                "/v3/x?u=http%3A%2F%2Fa%2F&v=b%3A%2F%2Fc",
            ),
        ] {
            assert_eq!(uri(path).as_deref(), Ok(sent), "{path}");
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in [
            "https://example.com/users",
            "HTTPS://example.com",
            "web+groupme://users/me",
            "",
            "users/../admin",
            "users//me",
            "v3",
            "a/%ff",
        ] {
            assert!(uri(path).is_err(), "{path}");
        }
        assert!(uri(&"a/".repeat(12)).is_err());
    }
}
