//! A simulated GroupMe behind a REST client, in virtual time, and an archive of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use bayeux_proto::Instant;
use bytes::Bytes;
use groupme_archive::{About, Archive, Contents, Error, Report, Settings};
use groupme_rest::{
    Client, HttpTransport, Options, RequestBody, ResponseBody, ResponseFuture, StreamFuture, Token,
};
use groupme_sim::{Cast, Conversation, Gateway, GatewayConfig, RestRequest, Simulation};
use tempfile::TempDir;

pub(crate) struct World {
    shared: Arc<Shared>,
    pub(crate) cast: Cast,
    pub(crate) client: Client,
    directory: TempDir,
}

struct Shared {
    simulation: Mutex<Simulation>,
    origin: tokio::time::Instant,
    requests: Mutex<Vec<String>>,
    poison: Mutex<Option<Poison>>,
}

/// Answers of a hostile server, by the path of the request.
pub(crate) type Poison = fn(&str) -> Option<http::Response<ResponseBody>>;

struct Transport(Arc<Shared>);

impl HttpTransport for Transport {
    fn stream(&self, request: http::Request<RequestBody>) -> StreamFuture<'_> {
        let poison = *self.0.poison.lock().unwrap();
        let found = poison.and_then(|poison| poison(request.uri().path()));
        if let Some(answer) = found {
            let target = request.uri().to_string();
            self.0.requests.lock().unwrap().push(target);
            return Box::pin(async { Ok(answer) });
        }
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.into_bytes().await.unwrap();
            let answer = self.send(http::Request::from_parts(parts, body)).await?;
            Ok(answer.map(ResponseBody::from))
        })
    }

    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<'_> {
        let (parts, body) = request.into_parts();
        let text = |name: &str| {
            let value = parts.headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (token, media_type) = (text("x-access-token"), text("content-type"));
        let target = parts.uri.to_string();
        self.0.requests.lock().unwrap().push(target);
        let answer = self.0.lock().handle_request(
            self.0.now(),
            &RestRequest {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query: parts.uri.query().unwrap_or_default(),
                token: token.as_deref(),
                host: Some(HOST),
                media_type: media_type.as_deref(),
                body: &body,
            },
        );
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(*name, value);
        }
        let body = match answer.file {
            Some(bytes) => Bytes::copy_from_slice(&bytes),
            None => Bytes::from(answer.body),
        };
        Box::pin(async { Ok(response.body(body).unwrap()) })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Simulation> {
        self.simulation.lock().unwrap()
    }

    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let epoch = core::time::Duration::from_mins(29_750_000);
        let mut world = groupme_sim::World::new(7, epoch);
        let cast = Cast::settle(&mut world).unwrap();
        let token = Token::new(world.token(cast.me).unwrap()).unwrap();
        let shared = Arc::new(Shared {
            simulation: Mutex::new(Simulation::new(
                world,
                Gateway::new(GatewayConfig::default()),
            )),
            origin: tokio::time::Instant::now(),
            requests: Mutex::default(),
            poison: Mutex::default(),
        });
        let mut options = Options::with_base_url(&format!("http://{HOST}")).unwrap();
        options.seed = Some(7);
        let client = Client::with_transport(Transport(Arc::clone(&shared)), token, &options);
        Self {
            shared,
            cast,
            client,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns a world whose first group has this many messages of the past.
    pub(crate) fn with_history(messages: usize) -> Self {
        let world = Self::new();
        world.add_history(world.lake(), messages);
        world
    }

    pub(crate) fn add_history(&self, conversation: Conversation, messages: usize) {
        let authors = [self.cast.me, self.cast.mara];
        let every = core::time::Duration::from_secs(90);
        let add = |world: &mut groupme_sim::World| {
            world
                .add_history(conversation, &authors, messages, every)
                .unwrap();
        };
        self.act(add);
    }

    pub(crate) fn lake(&self) -> Conversation {
        Conversation::Group(self.cast.lake)
    }

    pub(crate) fn simulation(&self) -> MutexGuard<'_, Simulation> {
        self.shared.lock()
    }

    /// Changes the world.
    pub(crate) fn act<T>(&self, act: impl FnOnce(&mut groupme_sim::World) -> T) -> T {
        self.shared.lock().with_world(self.shared.now(), act)
    }

    /// Returns the requests since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        core::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn about(&self) -> About {
        About::new(self.cast.lake.to_string().into())
    }

    pub(crate) fn messages_file(&self) -> PathBuf {
        let name = format!("conversations/{}.jsonl", self.cast.lake);
        self.root().join(name)
    }

    /// Returns the lines of the first group in the archive.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.messages_file()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "half a line");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Returns the line of a message.
    pub(crate) fn line(&self, id: groupme_sim::SimMessageId) -> serde_json::Value {
        let id = id.to_string();
        let lines = self.lines();
        let mut found = lines.into_iter().filter(|line| line["id"] == id.as_str());
        let line = found.next().unwrap();
        assert!(found.next().is_none(), "{id} is duplicated");
        line
    }

    pub(crate) fn open(&self) -> Archive {
        let me = self.cast.me.to_string();
        Archive::open(self.root(), &me.as_str().into()).unwrap()
    }

    pub(crate) fn contents(&self) -> Contents {
        Contents::open(self.root()).unwrap()
    }

    /// Updates the first group.
    pub(crate) async fn update(&self) -> Report {
        self.update_with(&Settings::default()).await.unwrap()
    }

    pub(crate) async fn update_with(&self, settings: &Settings) -> Result<Report, Error> {
        let mut archive = self.open();
        archive
            .update(&self.client, self.about(), settings, &mut |_| {})
            .await
    }

    /// Lists the conversations.
    pub(crate) async fn conversations(&self, settings: &Settings) -> Result<Vec<About>, Error> {
        groupme_archive::conversations(&self.client, settings, &mut |_| {}).await
    }

    /// Lets the media be those of a hostile server, by their paths.
    pub(crate) fn poison(&self, media: Poison) {
        *self.shared.poison.lock().unwrap() = Some(media);
    }

    /// Checks that the archive has what GroupMe has of the first group, in order and once.
    pub(crate) async fn assert_complete(&self) {
        let mut history = self
            .client
            .history(self.about().conversation())
            .from_start();
        let mut expected = Vec::new();
        while let Some(page) = history.next().await {
            let page = page.unwrap();
            let rows = page.messages().map(|message| message.raw());
            expected.extend(rows.map(|row| serde_json::to_value(row).unwrap()));
        }
        assert_eq!(self.lines().len(), expected.len());
        assert_eq!(self.lines(), expected);
    }
}

/// Notices of the first group before its history: those of the members who were added.
pub(crate) const NOTICES: u64 = 4;

const HOST: &str = "127.0.0.1:1";
