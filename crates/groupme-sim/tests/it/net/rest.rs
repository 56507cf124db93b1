//! The little there is of the REST API.

use groupme_sim::Sim;
use serde_json::Value;

use super::client::{Http, sim};

async fn get(sim: &Sim, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let response = Http::open(sim)
        .await
        .request("GET", path, headers, "")
        .await;
    (
        response.status,
        serde_json::from_str(&response.body).unwrap(),
    )
}

#[tokio::test]
async fn the_token_opens_the_profile() {
    let sim = sim().await;
    assert!(sim.api_url().ends_with("/v3"));
    let token = [("X-Access-Token", sim.token())];
    let query = format!("/v3/users/me?token={}", sim.token());
    for (path, headers) in [("/v3/users/me", &token[..]), (&*query, &[])] {
        let (status, body) = get(&sim, path, headers).await;
        assert_eq!((status, &body["meta"]["code"]), (200, &200.into()));
        assert_eq!(body["response"]["id"], sim.user_id());
        assert_eq!(body["response"]["name"], "Robin");
    }
}

#[tokio::test]
async fn other_tokens_and_other_paths_get_an_envelope_with_an_error() {
    let sim = Sim::builder().token("mine").start().await.unwrap();
    assert_eq!(sim.token(), "mine");
    for headers in [&[][..], &[("X-Access-Token", "wrong")]] {
        let (status, body) = get(&sim, "/v3/users/me", headers).await;
        assert_eq!(
            (status, &body["meta"]["errors"][0]),
            (401, &"unauthorized".into())
        );
    }
    let (status, body) = get(&sim, "/v3/groups", &[("X-Access-Token", "mine")]).await;
    assert_eq!((status, &body["meta"]["code"]), (404, &404.into()));
}
