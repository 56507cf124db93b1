//! Many accounts in one program.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use groupme_client::{
    RestClient, RestOptions, Token,
    rest_api::{HttpTransport, ResponseFuture, TransportError},
};
use tokio::sync::watch;

use crate::account::{builder_for, sim, soon};

/// Transport to the REST API that fails each request and collects the tokens.
#[derive(Clone, Debug, Default)]
struct CollectTokens(Arc<watch::Sender<BTreeSet<String>>>);

impl HttpTransport for CollectTokens {
    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<'_> {
        let token = request.headers()["x-access-token"].to_str().unwrap();
        self.0.send_modify(|seen| {
            seen.insert(token.to_owned());
        });
        Box::pin(async { Err(TransportError::new(false, "nowhere").into()) })
    }
}

#[tokio::test]
async fn accounts_that_share_a_rest_client_send_requests_over_it_with_tokens_of_their_own() {
    let sim = sim().await;
    let accounts: BTreeSet<(String, String)> = sim.with_world(|world| {
        let settle = |number| {
            let user = world.add_user(&format!("account {number}"));
            (user.to_string(), world.token(user).unwrap().to_owned())
        };
        (0..20).map(settle).collect()
    });
    let transport = CollectTokens::default();
    let mut seen = transport.0.subscribe();
    let nobody = Token::new("nobody").unwrap();
    let shared = RestClient::with_transport(transport, nobody, &RestOptions::default());

    let mut clients = Vec::new();
    for (user, token) in &accounts {
        let client = builder_for(&sim, token, user).rest_client(&shared);
        clients.push(client.connect().unwrap());
    }
    let expected: BTreeSet<_> = accounts.iter().map(|(_, token)| token.clone()).collect();
    soon(seen.wait_for(|seen| *seen == expected)).await.unwrap();
}
