//! Every recorded request, made by its call.

mod cases;

use groupme_model::{
    Attachment, BotId, ConversationId, Draft, LikeIcon, Timestamp, UserId,
    calendar::EventLocation,
    group::{GroupType, JoinQuestion, MessageDeletionMode, Visibility},
    poll::{PollType, PollVisibility},
};
use groupme_rest::{
    Call, Conversation, Services, Token,
    endpoint::{
        bots, calendar, directories, groups, members, messages, polls, reactions, relationships,
        topics, uploads, users,
    },
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::cases::CASES;
use crate::recorded::{load, names};

/// File name of a recording, function that makes the same request, and the method and URL.
type Case = (&'static str, fn(&Value) -> SentRequest, &'static str);

struct SentRequest {
    line: String,
    body: Value,
}

/// Returns the method, URL and body of a call.
fn sent<T>(call: &Call<T>) -> SentRequest {
    sent_by(&"185".into(), call)
}

/// Returns the same for a call of the given user.
fn sent_by<T>(user: &UserId, call: &Call<T>) -> SentRequest {
    let token = Token::new("t").unwrap();
    let request = call
        .request(&Services::groupme(), &token, Some(user))
        .unwrap();
    SentRequest {
        line: format!("{} {}", request.method(), request.uri()),
        body: serde_json::from_slice(request.body()).unwrap_or_default(),
    }
}

/// Reads a part of the recording.
fn part<T: DeserializeOwned>(body: &Value, pointer: &str) -> T {
    T::deserialize(body.pointer(pointer).unwrap_or(&Value::Null)).unwrap()
}

fn draft(message: &Value) -> Draft {
    let attachments: Option<Vec<Attachment>> = part(message, "/attachments");
    let draft = Draft::new(message["text"].as_str().unwrap_or_default());
    attachments.into_iter().flatten().fold(draft, Draft::attach)
}

fn group_message(body: &Value) -> SentRequest {
    let message = &body["message"];
    let guid = message["source_guid"].as_str().unwrap();
    let group = Conversation::Group("1835".into());
    sent(&messages::send(&group, draft(message), guid.into()).unwrap())
}

fn direct_message(body: &Value) -> SentRequest {
    let message = &body["direct_message"];
    let guid = message["source_guid"].as_str().unwrap();
    let user = Conversation::User(part(message, "/recipient_id"));
    sent(&messages::send(&user, draft(message), guid.into()).unwrap())
}

fn edit(body: &Value) -> SentRequest {
    let group = Conversation::Group("1835".into());
    sent(&messages::edit(&group, "9", draft(body)).unwrap())
}

fn like(body: &Value) -> SentRequest {
    let icon: LikeIcon = part(body, "/like_icon");
    sent(&reactions::like(
        ConversationId::from("185+230"),
        "9",
        Some(icon),
    ))
}

fn bot_post(body: &Value) -> SentRequest {
    sent(&bots::post(part::<BotId>(body, "/bot_id"), draft(body)).unwrap())
}

fn bot(body: &Value) -> SentRequest {
    let mut bot = bots::NewBot::new(
        body["bot"]["name"].as_str().unwrap(),
        part(body, "/bot/group_id"),
    );
    bot.avatar_url = part(body, "/bot/avatar_url");
    bot.callback_url = part(body, "/bot/callback_url");
    bot.dm_notification = part(body, "/bot/dm_notification");
    sent(&bots::create(&bot))
}

fn poll(body: &Value) -> SentRequest {
    let options = body["options"].as_array().unwrap();
    let titles = options
        .iter()
        .map(|option| option["title"].as_str().unwrap());
    let ends = Timestamp::from_secs(body["expiration"].as_i64().unwrap());
    let mut poll = polls::NewPoll::new(body["subject"].as_str().unwrap(), titles, ends);
    poll.kind = part::<PollType>(body, "/type");
    poll.visibility = part::<PollVisibility>(body, "/visibility");
    sent(&polls::create(ConversationId::from("1835"), &poll))
}

fn event(body: &Value) -> calendar::EventSettings {
    let time = |key| body[key].as_str().unwrap().parse::<Timestamp>().unwrap();
    let mut event = calendar::EventSettings::new(
        body["name"].as_str().unwrap(),
        time("start_at"),
        time("end_at"),
    );
    event.timezone = part(body, "/timezone");
    event.description = part(body, "/description");
    event.is_all_day = part(body, "/is_all_day");
    event.image_url = part(body, "/image_url");
    event.location = part::<Option<EventLocation>>(body, "/location");
    event.scheduled_call = part(body, "/scheduled_call");
    event.reminders = part::<Option<_>>(body, "/reminders").unwrap_or_default();
    event
}

fn group_settings(body: &Value) -> groups::GroupSettings {
    let mut group = groups::GroupSettings::default();
    group.name = part(body, "/name");
    group.image_url = part(body, "/image_url");
    group.share = part(body, "/share");
    group.office_mode = part(body, "/office_mode");
    group.theme_name = part(body, "/theme_name");
    group.requires_approval = part(body, "/requires_approval");
    group.show_join_question = part(body, "/show_join_question");
    group.join_question = part::<Option<JoinQuestion>>(body, "/join_question");
    group.like_icon = part(body, "/like_icon");
    group.visibility = part::<Option<Visibility>>(body, "/visibility");
    group.group_type = part::<Option<GroupType>>(body, "/group_type");
    group.message_deletion_mode =
        part::<Option<Vec<MessageDeletionMode>>>(body, "/message_deletion_mode");
    group
}

fn topic_settings(body: &Value) -> topics::TopicSettings {
    let mut topic = topics::TopicSettings::default();
    topic.topic = part(body, "/topic");
    topic.description = part(body, "/description");
    topic.avatar_url = part(body, "/avatar_url");
    topic.group_type = part(body, "/group_type");
    topic.like_icon = part(body, "/like_icon");
    topic
}

fn new_members(body: &Value) -> SentRequest {
    let member = |member: &Value| {
        let mut new = members::NewMember::default();
        new.nickname = part(member, "/nickname");
        new.user_id = part(member, "/user_id");
        new.phone_number = part(member, "/phone_number");
        new.email = part(member, "/email");
        new.guid = part(member, "/guid");
        new
    };
    let members: Vec<_> = body["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(member)
        .collect();
    sent(&members::add("1835", &members))
}

fn contacts(body: &Value) -> SentRequest {
    let contact = |contact: &Value| {
        let mut new = relationships::AddressBookEntry::default();
        new.name = part(contact, "/name");
        new.guid = part(contact, "/guid");
        new.phone_number = part(contact, "/phone_number");
        new
    };
    let contacts: Vec<_> = body.as_array().unwrap().iter().map(contact).collect();
    sent(&relationships::import(&contacts))
}

fn user_change(body: &Value) -> SentRequest {
    let mut change = users::UserUpdate::default();
    change.avatar_url = part(body, "/avatar_url");
    change.name = part(body, "/name");
    change.email = part(body, "/email");
    change.zip_code = part(body, "/zip_code");
    sent(&users::update(&change))
}

fn profile_change(body: &Value) -> SentRequest {
    let mut change = users::ProfileUpdate::default();
    change.name = part(body, "/user/name");
    change.email = part(body, "/user/email");
    change.avatar_url = part(body, "/user/avatar_url");
    change.bio = part(body, "/user/bio");
    change.song_url = part(body, "/user/song_url");
    change.photo_urls = part(body, "/user/photo_urls");
    change.disable_favorite_notification = part(body, "/user/disable_favorite_notification");
    change.group_notification_sound = part(body, "/user/group_notification_sound");
    change.dm_notification_sound = part(body, "/user/dm_notification_sound");
    sent(&users::update_profile(&change))
}

fn campus_profile(body: &Value) -> SentRequest {
    let mut profile = directories::CampusProfile::default();
    profile.graduation_year = part(body, "/graduation_year");
    profile.campus_profile_visibility = part(body, "/campus_profile_visibility");
    sent(&directories::change_profile(&profile))
}

fn medium(body: &Value) -> SentRequest {
    let number = |key: &str| body[key].as_u64().unwrap();
    let pixels = |key| u32::try_from(number(key)).unwrap();
    let sender = part(body, "/senderId");
    let call = uploads::media_location(&uploads::MediaUpload::new(
        body["extension"].as_str().unwrap(),
        part(body, "/groupId"),
        number("fileSize"),
        (pixels("width"), pixels("height")),
    ));
    sent_by(&sender, &call)
}

fn minutes(body: &Value) -> groups::Mute {
    groups::Mute::Minutes(part(body, "/duration"))
}

/// Returns the body with one form for times and degrees, and without empty lists. `intrests` is a
/// typing error in the documentation.
fn normalized(mut body: Value) -> Value {
    match &mut body {
        Value::Object(members) => {
            members.retain(|key, value| *value != json!([]) && key != "intrests");
            for (key, value) in members.iter_mut() {
                *value = match (key.as_str(), &*value) {
                    ("start_at" | "end_at", Value::String(text)) => {
                        json!(text.parse::<Timestamp>().unwrap().as_millis())
                    }
                    ("lat" | "lng", Value::String(text)) => json!(text.parse::<f64>().unwrap()),
                    _ => normalized(value.take()),
                };
            }
            body
        }
        Value::Array(items) => items
            .iter_mut()
            .map(|item| normalized(item.take()))
            .collect(),
        _ => body,
    }
}

#[test]
fn every_recorded_request_is_made_again() {
    for (name, make, line) in CASES {
        let body = load(name);
        let made = make(&body);
        assert_eq!(made.line, *line, "{name}");
        assert_eq!(normalized(made.body), normalized(body), "{name}");
    }
}

#[test]
fn every_recorded_request_has_a_case() {
    let mut left_out = names();
    left_out.retain(|name| {
        name.contains(".request") && !CASES.iter().any(|(checked, ..)| checked == name)
    });
    assert_eq!(left_out, [""; 0]);
}
