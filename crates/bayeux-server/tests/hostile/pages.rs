//! Hostile web pages: callbacks that are programs, requests of other origins.

use core::time::Duration;

use bayeux_server::Options;

use crate::victim::{UPGRADE, Victim};

fn get(query: &str, headers: &str) -> String {
    format!("GET /?{query} HTTP/1.1\r\nHost: push.example\r\nConnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn a_callback_that_is_no_name_is_refused_and_never_repeated() {
    let victim = Victim::start(Options::default());
    let batch = "message=%5B%5D";
    for callback in [
        "alert(1)%2f%2f",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "a%0d%0aSet-Cookie:%20x=y",
        "a%00b",
        "a;b",
        "a%20b",
        "a%5b0%5d",
        "%c3%a9",
        "%ff",
        "a..b",
        "1a",
        "",
        "=",
    ] {
        let answer = victim
            .provoke(get(&format!("{batch}&jsonp={callback}"), "").as_bytes())
            .await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{callback}: {answer}");
        assert!(
            answer.contains("text/plain") && answer.ends_with("Bad request"),
            "{answer}"
        );
        assert!(!answer.to_lowercase().contains("set-cookie"), "{answer}");
    }
    // Of two, the first counts, whatever the second is.
    let answer = victim
        .provoke(get(&format!("{batch}&jsonp=cb&jsonp=alert(1)"), "").as_bytes())
        .await;
    assert!(answer.ends_with("/**/cb([]);"), "{answer}");
    assert!(
        answer.contains("x-content-type-options: nosniff"),
        "{answer}"
    );
    assert!(
        answer.contains("content-disposition: attachment"),
        "{answer}"
    );
    victim.assert_cost(Duration::from_secs(2), 16).await;
}

#[tokio::test]
async fn a_text_of_a_client_does_not_leave_its_place_in_a_script() {
    let victim = Victim::start(Options::default());
    let id = "%3C%2Fscript%3E%3Cscript%3E%5C%22%29%3Balert%281%29%2F%2F%E2%80%A8%E2%80%A9";
    let message = format!(
        "message=%5B%7B%22channel%22%3A%22%2Fmeta%2Fconnect%22%2C%22id%22%3A%22{id}%22%7D%5D"
    );
    let answer = victim
        .provoke(get(&format!("{message}&jsonp=cb"), "").as_bytes())
        .await;
    let script = answer.split("\r\n\r\n").nth(1).unwrap();
    let json = script
        .strip_prefix("/**/cb(")
        .unwrap()
        .strip_suffix(");")
        .unwrap();
    assert!(!json.contains(['\u{2028}', '\u{2029}', '\n']), "{json}");
    let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        parsed[0]["id"],
        "</script><script>\");alert(1)//\u{2028}\u{2029}"
    );
}

#[tokio::test]
async fn a_foreign_page_is_refused_on_every_way_and_a_program_is_not() {
    let victim = Victim::start(Options::default());
    let post = |headers: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: push.example\r\nConnection: close\r\n{headers}Content-Length: 2\r\n\r\n[]"
        )
    };
    let socket = |headers: &str| {
        let upgrade = UPGRADE.replace("Connection: Upgrade", "Connection: Upgrade, close");
        upgrade.replace("Host: x\r\n", &format!("Host: push.example\r\n{headers}"))
    };
    let preflight = |headers: &str| {
        format!("OPTIONS / HTTP/1.1\r\nHost: push.example\r\nConnection: close\r\n{headers}\r\n")
    };
    for page in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: https://push.example.evil.example\r\n",
        "Origin: https://evil.example/push.example\r\n",
        "Origin: https://push.example@evil.example\r\n",
        "Origin: https://push.example:444\r\n",
        "Origin: \r\n",
        "Origin: \u{e9}\r\n",
        "Origin: https://push.example\r\nOrigin: https://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nReferer: https://evil.example/push.example\r\n",
    ] {
        let script = get("message=%5B%5D&jsonp=cb", page);
        let text = [post(page), script, socket(page), preflight(page)];
        for request in text {
            let answer = victim.provoke(request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{request}: {answer}");
            assert!(!answer.contains("access-control-allow-origin"), "{answer}");
        }
    }
    let own = "Origin: https://push.example\r\n";
    for request in [
        post(""),
        post(own),
        get("message=%5B%5D&jsonp=cb", "Sec-Fetch-Site: none\r\n"),
    ] {
        let answer = victim.provoke(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{request}: {answer}");
    }
    victim.assert_cost(Duration::from_secs(2), 16).await;
}
