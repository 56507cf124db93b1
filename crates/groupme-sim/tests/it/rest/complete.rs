//! Every endpoint that the client side knows, called through the client side's own requests and
//! parsers. An endpoint that is added there fails the test here until the simulator answers it.

mod conversations;
mod groups;
mod people;

use std::{collections::BTreeSet, fs, path::Path};

use groupme_model::{ConversationId, GroupId, UserId};
use groupme_rest::{BaseUrl, Call, Error, Service, Services, Token};
use groupme_sim::{RestRequest, SimGroupId, SimMessageId, SimUserId};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::peer::VirtualSim;

/// Client of the simulation in virtual time.
struct Api {
    sim: VirtualSim,
    /// Names of the calls so far.
    called: BTreeSet<String>,
}

impl Api {
    fn new() -> Self {
        Self {
            sim: VirtualSim::new(),
            called: BTreeSet::new(),
        }
    }

    /// Makes a call as a user; the error is the client's own.
    fn try_call<T>(&mut self, user: SimUserId, call: &Call<T>) -> Result<T, Error> {
        self.called.insert(call.name().to_string());
        let services = Services::with_base_url(&BaseUrl::new(BASE).unwrap());
        let token = self.sim.simulation.world().token(user).unwrap();
        let token = Token::new(token).unwrap();
        let request = call
            .request(&services, &token, Some(&user_id(user)))
            .unwrap();
        let header = |name: &str| {
            let value = request.headers().get(name)?;
            Some(value.to_str().unwrap())
        };
        let response = self.sim.simulation.handle_request(
            self.sim.now,
            &RestRequest {
                method: request.method().as_str(),
                path: request.uri().path(),
                query: request.uri().query().unwrap_or_default(),
                token: header("x-access-token"),
                host: Some(BASE.trim_start_matches("http://")),
                media_type: header("content-type"),
                body: request.body(),
            },
        );
        let mut headers = HeaderMap::new();
        for (name, value) in &response.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::try_from(value).unwrap());
        }
        let status = StatusCode::from_u16(response.status).unwrap();
        call.decode(status, &headers, response.body.as_bytes())
    }

    /// Makes a call that succeeds, as a user.
    #[track_caller]
    fn call_as<T>(&mut self, user: SimUserId, call: &Call<T>) -> T {
        let answer = self.try_call(user, call);
        answer.unwrap_or_else(|error| panic!("{}: {error}", call.name()))
    }

    /// Makes a call that succeeds, as the user of the story.
    #[track_caller]
    fn call<T>(&mut self, call: &Call<T>) -> T {
        self.call_as(self.sim.cast.me, call)
    }

    fn lake(&self) -> GroupId {
        group_id(self.sim.cast.lake)
    }

    fn lake_conversation(&self) -> ConversationId {
        ConversationId::from(self.sim.cast.lake.to_string())
    }

    /// Posts a message in the group of the story.
    fn say(&mut self, author: SimUserId, text: &str) -> SimMessageId {
        self.sim
            .with_world(|world, cast| world.say(cast.lake, author, text).unwrap())
    }
}

fn user_id(user: SimUserId) -> UserId {
    UserId::from(user.to_string())
}

fn group_id(group: SimGroupId) -> GroupId {
    GroupId::from(group.to_string())
}

const BASE: &str = "http://127.0.0.1:8080";

#[test]
fn every_endpoint_of_the_client_is_answered() {
    let mut api = Api::new();
    conversations::call_all(&mut api);
    groups::call_all(&mut api);
    people::call_all(&mut api);
    let known = known_calls();
    assert!(known.len() > 90, "only {} calls were found", known.len());
    let unanswered: Vec<_> = known.difference(&api.called).collect();
    assert!(unanswered.is_empty(), "not called here: {unanswered:#?}");
}

#[test]
fn the_table_of_endpoints_names_every_call() {
    let table = include_str!("../../../CONFORMANCE.md");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<&str> = rows
        .filter_map(|row| Some(row.split_once('`')?.0))
        .collect();
    let mut left_out = known_calls();
    left_out.retain(|call| !listed.contains(&**call));
    assert!(left_out.is_empty(), "not in CONFORMANCE.md: {left_out:#?}");
}

/// Returns the names of all calls in the sources of the client side.
fn known_calls() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../groupme-rest/src/endpoint");
    let mut known = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for call in source.split("Call::").skip(1) {
            let Some((method, rest)) = call.split_once('(') else {
                continue;
            };
            let Some(rest) = rest.trim_start().strip_prefix("Service::") else {
                continue;
            };
            let (service, rest) = rest.split_once(',').unwrap();
            let path = rest.split('"').nth(1).unwrap();
            let service = service_with_name(service).name();
            known.insert(format!("{} {service}/{path}", method.to_uppercase()));
        }
    }
    known
}

fn service_with_name(name: &str) -> Service {
    use Service::{File, Image, Media, Powerup, V1, V2, V3, V4, Video};
    let all = [V1, V2, V3, V4, Image, Video, File, Media, Powerup];
    let found = all
        .into_iter()
        .find(|service| format!("{service:?}") == name);
    found.unwrap_or_else(|| panic!("no service {name}"))
}
