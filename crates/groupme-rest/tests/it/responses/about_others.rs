//! Answers about everything else, and refusals.

use groupme_model::{Bot, CalendarEvent, Group, Poll, Timestamp, User};
use groupme_rest::{
    ApiError, Call, Error, Service,
    endpoint::{bots, calendar, directories, groups, polls, uploads, users},
};
use http::{HeaderMap, StatusCode};

use super::{Case, GROUP, group};
use crate::recorded::{self, Answer};

pub(super) const OTHERS: &[Case] = &[
    (
        "bots.get.response.json",
        read!(200, bots::list(), Vec<Bot>, ""),
    ),
    (
        "bots.post.response.json",
        read!(
            201,
            bots::create(&bots::NewBot::new("b", GROUP.into())),
            Bot,
            ""
        ),
    ),
    (
        "official.create_bot.post.response.json",
        read!(
            201,
            bots::create(&bots::NewBot::new("b", GROUP.into())),
            Bot,
            ""
        ),
    ),
    (
        "official.tutorial.bots.post.response.json",
        read!(
            201,
            bots::create(&bots::NewBot::new("b", GROUP.into())),
            Bot,
            "/bot"
        ),
    ),
    (
        "official.post_bot_message.post.response.json",
        success!(
            201,
            bots::post("b", groupme_model::Draft::new("x")).unwrap()
        ),
    ),
    ("poll.create.post.response.json", |name| {
        let answer = Answer::load(name);
        let new = polls::NewPoll::new("?", ["a"], Timestamp::from_secs(1));
        let made = answer.read(201, &polls::create(group(), &new));
        assert_eq!(made.poll, answer.at::<Poll>("/poll"));
        assert_eq!(made.message, Some(answer.at("/message")));
    }),
    ("poll.list.get.response.json", |name| {
        let answer = Answer::load(name);
        let page = answer.read(200, &polls::list(group(), None)).unwrap();
        assert_eq!(page.polls, answer.at::<Vec<Poll>>("/polls"));
        assert_eq!(page.continuation_token, answer.at("/continuation_token"));
    }),
    (
        "poll.one.get.response.json",
        read!(201, polls::show(group(), "1"), Poll, "/poll"),
    ),
    (
        "poll.2026.json",
        read!(200, polls::show(group(), "1"), Poll, "/poll"),
    ),
    ("poll.gmn.json", |name| {
        let answer = Answer::load(name).under("data").under("poll");
        let poll: Poll = answer.at("/poll");
        assert_eq!(answer.read(200, &polls::show(group(), "1")), poll);
    }),
    (
        "poll.vote.post.response.json",
        read!(200, polls::vote(group(), "1", "2"), Poll, "/poll"),
    ),
    (
        "poll.end.post.response.json",
        read!(200, polls::end(group(), "1"), Poll, "/poll"),
    ),
    ("calendar.event.2026.json", |name| {
        let answer = Answer::load(name).under("event");
        let event: CalendarEvent = answer.at("/event");
        assert_eq!(answer.read(200, &calendar::show(group(), "1")), event);
    }),
    (
        "conversations.events.list.get.response.json",
        read!(
            200,
            calendar::list(group(), Timestamp::EPOCH, 5),
            Vec<CalendarEvent>,
            "/events"
        ),
    ),
    (
        "conversations.events.show.get.response.json",
        read!(200, calendar::show(group(), "1"), CalendarEvent, "/event"),
    ),
    ("conversations.events.create.post.response.json", |name| {
        let answer = Answer::load(name);
        let new = calendar::EventSettings::new("e", Timestamp::EPOCH, Timestamp::EPOCH);
        let made = answer.read(201, &calendar::create(group(), &new));
        assert_eq!(made.event, answer.at::<CalendarEvent>("/event"));
        assert_eq!(made.message, Some(answer.at("/message")));
    }),
    (
        "directories.get.response.json",
        read!(
            200,
            directories::show(),
            Option<groupme_model::Directory>,
            ""
        ),
    ),
    (
        "directories.membership.delete.response.json",
        success!(200, directories::leave("1928")),
    ),
    (
        "directories.user.majors.put.response.json",
        read!(201, directories::choose_majors(&[]), Vec<String>, ""),
    ),
    ("directories.user.membership.put.response.json", |name| {
        let profile = Answer::load(name).read(
            200,
            &directories::change_profile(&directories::CampusProfile::default()),
        );
        assert_eq!(
            profile.get("graduation_year").unwrap().as_str(),
            Some("2025")
        );
    }),
    ("v1.search.get.response.json", |name| {
        let answer = Answer::load(name);
        let found = answer.read(200, &directories::search("memes"));
        assert_eq!(
            found.directories,
            answer.at::<Option<Vec<Group>>>("/directories")
        );
        assert_eq!(found.trending, answer.at::<Option<Vec<Group>>>("/trending"));
        assert!(!found.directories.unwrap().is_empty() && found.location_name.is_some());
    }),
    (
        "v1.search.popular.get.response.json",
        read!(200, directories::popular(), Vec<Group>, "/popular"),
    ),
    (
        "v1.search.trending.get.response.json",
        read!(200, directories::trending(), Vec<Group>, "/trending"),
    ),
    (
        "v1.search.directories.get.response.json",
        read!(200, directories::groups(), Vec<Group>, "/directories"),
    ),
    (
        "v1.search.directory.users.get.response.json",
        read!(200, directories::users(), Vec<User>, "/users"),
    ),
    ("v1.presence.status.put.response.abridged.json", |name| {
        let presence = Call::put(Service::V1, "presence/status").json();
        let presence = Answer::load(name).read(200, &presence);
        assert_eq!(presence.get("status").unwrap().as_str(), Some("online"));
    }),
    ("v1.urls.preview.get.response.2026.json", |name| {
        let preview = Call::get(Service::V1, "urls/preview").json();
        let preview = Answer::load(name).read(200, &preview);
        assert!(preview.get("meta").unwrap().get("title").is_some());
    }),
    ("v1.urls.preview.get.error.2026.json", |name| {
        let body = serde_json::to_vec(&recorded::load(name)).unwrap();
        let preview = Call::get(Service::V1, "urls/preview").json();
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let error = preview
            .decode(status, &HeaderMap::new(), &body)
            .unwrap_err();
        assert_eq!(
            error.api_error().unwrap().errors,
            ["Requested page error: 415"]
        );
    }),
    ("image.pictures.post.response.2026.json", picture),
    ("official.image.pictures.post.response.json", picture),
    ("m.uploads.post.response.2026.json", |name| {
        let medium = uploads::MediaUpload::new("jpg", GROUP.into(), 9, (3, 4));
        let place = Answer::load(name).read(200, &uploads::media_location(&medium));
        assert!(place.render_url.starts_with("https://m.groupme.com/"));
        assert!(!format!("{place:?}").contains("sig="));
    }),
    ("video.transcode.post.response.json", |name| {
        let upload = Answer::load(name).read(200, &uploads::video(group(), b""));
        assert!(upload.status_url.starts_with("https://video.groupme.com/"));
    }),
    ("video.status.get.response.json", |name| {
        let upload = Answer::load("video.transcode.post.response.json");
        let upload = upload.read(200, &uploads::video(group(), b""));
        let status = Answer::load(name).read(201, &uploads::video_status(&upload));
        assert!(status.is_done() && status.url.is_some() && status.thumbnail_url.is_some());
    }),
    ("file.files.post.response.json", |name| {
        let upload = Answer::load(name).read(201, &uploads::file(group(), "a", "text/plain", "b"));
        assert!(
            upload
                .status_url
                .unwrap()
                .starts_with("https://file.groupme.com/v1/")
        );
    }),
    ("file.uploadStatus.get.response.json", |name| {
        let status =
            Answer::load(name).read(201, &uploads::file_status("https://file.groupme.com/"));
        assert!(status.is_done() && status.file_id.is_some());
    }),
    ("file.fileData.post.response.2026.json", |name| {
        let infos = Answer::load(name).read(200, &uploads::file_infos(group(), &["1".into()]));
        let data = infos[0].file_data.as_ref().unwrap();
        assert_eq!(
            (data.file_name.as_deref(), data.file_size),
            (Some("README.md"), Some(11_159))
        );
    }),
    (
        "envelope.example.json",
        read!(200, groups::show(GROUP), Group, ""),
    ),
    (
        "errors.device_verification_failed.json",
        api_error!(401, Unauthorized, 40_102, "device_verification_failed"),
    ),
    (
        "errors.not_authorized.json",
        api_error!(401, Unauthorized, 40_100, "Not authorized"),
    ),
    (
        "errors.not_found.json",
        api_error!(404, NotFound, 404, "not found"),
    ),
    (
        "errors.limit_too_large.json",
        api_error!(400, BadRequest, 400, "limit must be between 1 and 200"),
    ),
    (
        "errors.join_answer_required.json",
        api_error!(
            400,
            BadRequest,
            40_016,
            "Reason requires answer to groups question"
        ),
    ),
];

fn picture(name: &'static str) {
    let picture = Answer::load(name).read(200, &uploads::image("image/png", "bytes"));
    assert!(picture.url.starts_with("https://i.groupme.com/"));
}
