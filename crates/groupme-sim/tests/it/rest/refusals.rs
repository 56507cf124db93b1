//! Refused requests.

use core::time::Duration;

use groupme_sim::{RestRequest, RetryAfter};
use serde_json::json;

use super::{assert_empty, body, content, header, message};
use crate::peer::VirtualSim;

#[test]
fn the_token_comes_in_the_header_or_in_the_query_and_the_header_counts() {
    let mut sim = VirtualSim::new();
    let token = sim.token();
    let query = format!("/v3/users/me?token={token}");
    content(
        &sim.request_as(Some(&token), "GET", "/v3/users/me", ""),
        200,
    );
    content(&sim.request_as(None, "GET", &query, ""), 200);
    for (header, target) in [
        (None, "/v3/users/me"),
        (Some("wrong"), "/v3/users/me"),
        (Some("wrong"), &*query),
        (None, "/v3/users/me?token="),
        (None, "/v3/nowhere"),
    ] {
        let refusal = body(&sim.request_as(header, "GET", target, ""), 401);
        assert_eq!(refusal["meta"]["errors"][0], "unauthorized");
    }
}

#[test]
fn an_unauthorized_request_does_nothing() {
    let mut sim = VirtualSim::new();
    let target = sim.lake("/messages");
    let before = content(&sim.get(&target), 200);
    sim.request_as(Some("wrong"), "POST", &target, &message("g", "no"));
    assert_eq!(content(&sim.get(&target), 200), before);
}

#[test]
fn missing_resources_are_404_in_an_envelope_or_without_one() {
    let mut sim = VirtualSim::new();
    for target in [
        "/v3/nowhere",
        "/v3/",
        "/v3",
        "/v4/users/me",
        "/v2/groups",
        "/read_receipts",
    ] {
        assert_eq!(body(&sim.get(target), 404)["meta"]["code"], 404, "{target}");
    }
    assert_eq!(sim.post_rest("/v3/users/me", "").status, 404);
    for target in ["/", "", "/v5/search", "v3/users/me"] {
        let response = sim.get(target);
        assert_eq!(
            (response.status, &*response.body),
            (404, "Not Found"),
            "{target}"
        );
    }
}

#[test]
fn answers_are_not_to_be_cached() {
    let mut sim = VirtualSim::new();
    let response = sim.get("/v3/users/me");
    assert_eq!(
        header(&response, "Cache-Control"),
        Some("must-revalidate, private, max-age=0")
    );
    assert_eq!(
        header(&response, "Content-Type"),
        Some("application/json; charset=utf-8")
    );
}

#[test]
fn without_a_rate_limit_no_request_is_refused() {
    let mut sim = VirtualSim::new();
    for _ in 0..100 {
        content(&sim.get("/v3/users/me"), 200);
    }
}

#[test]
fn more_than_ten_requests_a_second_are_too_many_for_each_token_alone() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().requests_per_second = Some(10);
    for _ in 0..10 {
        sim.pass(Duration::from_millis(50));
        content(&sim.get("/v3/users/me"), 200);
    }
    let first = sim.get("/v3/users/me");
    assert_eq!(body(&first, 429)["meta"]["code"], 42901);
    let second = sim.get("/v3/users/me");
    let waits = [&first, &second].map(|response| header(response, "Retry-After"));
    assert_eq!(
        waits,
        [None, Some("1")],
        "every second refusal has the header"
    );
    let theo = sim.cast.theo;
    content(&sim.request(theo, "GET", "/v3/users/me", ""), 200);
    // 549 ms after the last request and 999 ms after the first.
    sim.pass(Duration::from_millis(549));
    assert_eq!(sim.get("/v3/users/me").status, 429);
    sim.pass(Duration::from_millis(1));
    content(&sim.get("/v3/users/me"), 200);
    assert_eq!(sim.get("/v3/users/me").status, 429);
    assert_eq!(sim.simulation.rest().requests(), 16);
}

#[test]
fn all_or_none_of_the_429s_may_carry_retry_after() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().requests_per_second = Some(0);
    for (retry_after, waits) in [(RetryAfter::Never, None), (RetryAfter::Always, Some("1"))] {
        sim.simulation.rest_mut().config_mut().retry_after = retry_after;
        for _ in 0..2 {
            let response = sim.get("/v3/users/me");
            assert_eq!(
                (response.status, header(&response, "Retry-After")),
                (429, waits)
            );
        }
    }
}

#[test]
fn a_user_who_sends_too_much_is_banned_until_they_pause() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().messages_per_minute = Some(2);
    let target = sim.lake("/messages");
    let mut number = 0;
    let mut send = |sim: &mut VirtualSim, user| {
        number += 1;
        let message = message(&format!("guid {number}"), "spam");
        sim.request(user, "POST", &target, &message)
    };
    let (me, theo) = (sim.cast.me, sim.cast.theo);
    for _ in 0..2 {
        assert_eq!(send(&mut sim, me).status, 201);
        sim.pass(Duration::from_secs(10));
    }
    let banned = body(&send(&mut sim, me), 403);
    assert_eq!(
        banned["meta"]["errors"][0],
        "User has been auto-banned for sending too many messages."
    );
    // Direct messages are refused, too; reading and other users are not affected.
    let direct = json!({ "direct_message": {
        "recipient_id": theo.to_string(), "source_guid": "d", "text": "spam",
    }});
    let response = sim.post_rest("/v3/direct_messages", &direct.to_string());
    assert_eq!(response.status, 403);
    assert_eq!(sim.get("/v3/users/me").status, 200);
    assert_eq!(send(&mut sim, theo).status, 201);

    // 59 s after the last two attempts, and a minute after them.
    sim.pass(Duration::from_secs(59));
    assert_eq!(send(&mut sim, me).status, 403);
    sim.pass(Duration::from_mins(1));
    assert_eq!(send(&mut sim, me).status, 201);
}

#[test]
fn links_may_not_be_allowed() {
    let mut sim = VirtualSim::new();
    let target = sim.lake("/messages");
    let send =
        |sim: &mut VirtualSim, guid, text| sim.post_rest(&target, &message(guid, text)).status;
    assert_eq!(send(&mut sim, "a", "see https://example.com"), 201);
    sim.simulation.rest_mut().config_mut().allow_links = false;
    for link in [
        "HTTP://example.com",
        "look: https://example.com",
        "www.example.com",
    ] {
        assert_eq!(send(&mut sim, "b", link), 422, "{link}");
    }
    let plain = "a colon: no link, and http alone is none either";
    assert_eq!(
        send(&mut sim, "b", plain),
        201,
        "what is refused is not sent"
    );
}

#[test]
fn an_outage_is_a_page_of_html_to_everybody() {
    let mut sim = VirtualSim::new();
    sim.simulation.rest_mut().config_mut().outage = Some(503);
    let target = sim.lake("/messages");
    let response = sim.post_rest(&target, &message("g", "lost"));
    assert_eq!(response.status, 503);
    assert_eq!(header(&response, "Content-Type"), Some("text/html"));
    sim.simulation.rest_mut().config_mut().outage = None;
    assert_eq!(sim.post_rest(&target, &message("g", "kept")).status, 201);
    let newest = sim.lake("/messages?limit=1");
    let page = content(&sim.get(&newest), 200);
    assert_eq!(
        (&page["count"], &page["messages"][0]["text"]),
        (&5.into(), &"kept".into())
    );
    sim.simulation.rest_mut().config_mut().outage = Some(504);
    assert_eq!(sim.get("/nowhere").status, 504);
}

#[test]
fn a_request_shows_no_secrets() {
    let request = RestRequest {
        method: "GET",
        path: "/v3/users/me",
        query: "token=hush",
        token: Some("hush"),
        host: None,
        media_type: None,
        body: b"hush",
    };
    assert_eq!(
        format!("{request:?}"),
        r#"RestRequest { method: "GET", path: "/v3/users/me", .. }"#
    );
}

#[test]
fn nonsense_in_a_path_is_only_not_found() {
    let mut sim = VirtualSim::new();
    for id in [
        "%",
        "%zz",
        "%00",
        "+",
        "1+",
        "+1",
        "1+2+3",
        "-1",
        "99999999999999999999",
        "%F0%9F",
    ] {
        assert_empty(&sim.get(&format!("/v3/groups/{id}")), 404);
        assert_empty(&sim.get(&format!("/v3/chats/{id}")), 404);
        let target = sim.lake(&format!("/messages/{id}")).replace("v3", "v4");
        body(&sim.get(&target), 404);
    }
}
