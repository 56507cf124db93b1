//! Messages, reactions, receipts, polls, calendars, galleries and uploads.

use groupme_model::{
    BotId, Draft, HistoryWindow, LikeIcon, MessageId, SourceGuid, Timestamp, UserId,
};
use groupme_rest::{
    Conversation,
    endpoint::{
        Page, bots, calendar, chats, gallery, messages, pins, polls, reactions, receipts, uploads,
    },
};

use super::{Api, user_id};

pub(super) fn call_all(api: &mut Api) {
    messages_and_pins(api);
    direct_messages(api);
    reactions_to_messages(api);
    read_receipts(api);
    polls_of_a_group(api);
    calendar_of_a_group(api);
    uploads_and_gallery(api);
    bots_of_a_group(api);
}

fn messages_and_pins(api: &mut Api) {
    let group = Conversation::Group(api.lake());
    let guid = SourceGuid::from("g-1");
    let sent = api.call(&messages::send(&group, "hello", guid).unwrap());
    let page = api.call(&messages::list(&group, &HistoryWindow::Newest, 20));
    assert_eq!(page.rows()[0].id(), &sent.id);
    let edited = api.call(&messages::edit(&group, &sent.id, "hello!").unwrap());
    assert_eq!(edited.text.as_deref(), Some("hello!"));
    assert_eq!(api.call(&messages::show(&group, &sent.id)).id, sent.id);
    api.call(&pins::pin(&group, &sent.id));
    assert_eq!(api.call(&pins::list(&group)).len(), 1);
    api.call(&pins::unpin(&group, &sent.id));
    api.call(&messages::delete(&group, &sent.id));
    api.call(&pins::pin_conversations([&group]));
    let pinned = api.call(&pins::conversations());
    assert_eq!(pinned, [api.lake_conversation()]);
}

fn direct_messages(api: &mut Api) {
    let (me, mara) = (api.sim.cast.me, api.sim.cast.mara);
    let chat = Conversation::User(user_id(mara));
    let sent = api.call(&messages::send(&chat, "psst", SourceGuid::from("g-2")).unwrap());
    assert_eq!(api.call(&messages::show(&chat, &sent.id)).id, sent.id);
    api.call(&messages::edit(&chat, &sent.id, "psst!").unwrap());
    api.call(&pins::pin(&chat, &sent.id));
    assert_eq!(api.call(&pins::list(&chat)).len(), 1);
    assert_eq!(api.call(&chats::list(Page::default())).len(), 1);
    assert_eq!(
        api.call(&chats::show(&chat)).other_user.unwrap().id,
        Some(user_id(mara))
    );
    api.call(&chats::approve(&chat));
    let count = |api: &mut Api, user, chat: &Conversation| {
        let list = messages::list(chat, &HistoryWindow::Newest, 20);
        api.call_as(user, &list).len()
    };
    let before = count(api, me, &chat);
    assert!(before > 0);
    // Only the caller's side of the chat is cleared.
    api.call(&messages::clear_history(&chat));
    assert_eq!(count(api, me, &chat), 0);
    assert_eq!(count(api, mara, &Conversation::User(user_id(me))), before);
    api.call(&messages::send(&chat, "again", SourceGuid::from("g-3")).unwrap());
    assert_eq!(count(api, me, &chat), 1);
    api.call(&chats::delete(&chat));
    assert_eq!(api.call(&chats::list(Page::default())).len(), 0);
}

fn reactions_to_messages(api: &mut Api) {
    let (me, mara) = (api.sim.cast.me, api.sim.cast.mara);
    let group = Conversation::Group(api.lake());
    let message = api.say(me, "likeable").to_string();
    let icon = LikeIcon::unicode("👍");
    let liked = reactions::like(&group, &*message, Some(icon));
    assert_eq!(api.call_as(mara, &liked).len(), 1);
    let popular = reactions::popular(api.lake(), reactions::Period::Day);
    assert_eq!(api.call(&popular).len(), 1);
    assert_eq!(api.call(&reactions::for_me(&group)).len(), 1);
    assert_eq!(api.call_as(mara, &reactions::mine(&group)).len(), 1);
    let unliked = reactions::unlike(&group, &*message);
    assert_eq!(api.call_as(mara, &unliked).len(), 0);
    let chat = Conversation::User(user_id(mara));
    assert_eq!(api.call(&reactions::mine(&chat)).len(), 0);
    assert_eq!(api.call(&reactions::for_me(&chat)).len(), 0);
}

fn read_receipts(api: &mut Api) {
    let (me, mara) = (api.sim.cast.me, api.sim.cast.mara);
    let chat = Conversation::User(user_id(mara));
    let text = |world: &mut groupme_sim::World| world.direct_message(mara, me, "read me");
    let message = api.sim.with_world(|world, _| text(world).unwrap());
    let message = MessageId::from(message.to_string());
    assert_eq!(
        api.call(&receipts::mark_read(&chat)).message_id,
        Some(message.clone())
    );
    api.call(&receipts::mark_read_up_to(&chat, &message));
    api.call(&receipts::mark_many_read([(&chat, &message)]));
    api.call(&receipts::mark_read_v2(&chat, &message));
    api.call(&receipts::mark_all_read());
    assert!(api.call(&receipts::list()).len() > 1);
}

fn polls_of_a_group(api: &mut Api) {
    let group = Conversation::Group(api.lake());
    let ends = Timestamp::from_secs(1_785_400_000);
    let poll = polls::NewPoll::new("Where?", ["Lake", "Sea"], ends);
    let poll = api.call(&polls::create(&group, &poll)).poll;
    let id = poll.data.id;
    api.call(&polls::vote(&group, &id, "1"));
    assert_eq!(api.call(&polls::list(&group, None)).unwrap().polls.len(), 1);
    api.call(&polls::show(&group, &id));
    api.call(&polls::end(&group, &id));
    let mut several = polls::NewPoll::new("When?", ["Sat", "Sun"], ends);
    several.kind = groupme_model::poll::PollType::Multi;
    let id = api.call(&polls::create(&group, &several)).poll.data.id;
    api.call(&polls::vote_multiple(
        &group,
        &id,
        &["1".into(), "2".into()],
    ));
}

fn calendar_of_a_group(api: &mut Api) {
    let group = Conversation::Group(api.lake());
    let time = |seconds: i64| Timestamp::from_secs(1_785_400_000 + seconds);
    let settings = calendar::EventSettings::new("Swim", time(0), time(3600));
    let created = api.call(&calendar::create(&group, &settings));
    let id = created.event.event_id.clone();
    let me = user_id(api.sim.cast.me);
    assert_eq!(created.event.going.as_deref(), Some(&[me][..]));
    let announced = created.message.unwrap();
    assert!(announced.text.unwrap().contains("created event 'Swim'"));
    let later = calendar::EventSettings::new("Dive", time(7200), time(9000));
    api.call(&calendar::create(&group, &later));
    let names = |api: &mut Api, end| -> Vec<String> {
        let listed = api.call(&calendar::list(&group, end, 10)).into_iter();
        listed.map(|event| event.name.unwrap()).collect()
    };
    assert_eq!(names(api, time(0)), ["Swim", "Dive"]);
    assert_eq!(names(api, time(3600)), ["Dive"]);
    let changed = calendar::EventSettings::new("Float", time(0), time(3600));
    let changed = api.call(&calendar::update(&group, &id, &changed)).unwrap();
    assert_eq!(changed.name.as_deref(), Some("Float"));
    api.call(&calendar::rsvp(&group, &id, false));
    let shown = api.call(&calendar::show(&group, &id));
    assert_eq!(shown.not_going.map(|users| users.len()), Some(1));
    api.call(&calendar::delete_rsvp(&group, &id));
    api.call(&calendar::delete(&group, &id));
    assert_eq!(names(api, time(0)), ["Dive"]);
}

fn uploads_and_gallery(api: &mut Api) {
    let group = Conversation::Group(api.lake());
    let picture = api.call(&uploads::image("image/gif", &b"GIF89a\x02\0\x01\0"[..]));
    assert!(picture.url.starts_with("http://127.0.0.1:8080/i/2x1.gif."));
    let video = api.call(&uploads::video(&group, b"\0\0\0\x08ftypisom"));
    let status = api.call(&uploads::video_status(&video));
    assert!(status.is_done() && status.url.is_some() && status.thumbnail_url.is_some());
    let file = api.call(&uploads::file(&group, "a.txt", "text/plain", &b"abc"[..]));
    let status = api.call(&uploads::file_status(&file.status_url.unwrap()));
    assert!(status.is_done());
    let infos = uploads::file_infos(&group, &[status.file_id.unwrap()]);
    let info = api.call(&infos).remove(0).file_data.unwrap();
    assert_eq!(
        (info.file_name.as_deref(), info.file_size),
        (Some("a.txt"), Some(3))
    );
    let medium = uploads::MediaUpload::new("jpg", api.lake(), 3, (2, 1));
    let location = api.call(&uploads::media_location(&medium));
    api.call(&uploads::media(&location, "image/jpeg", &b"abc"[..]));

    let draft = Draft::new("look").attach(groupme_model::attachment::Image::new(picture.url));
    let sent = api.call(&messages::send(&group, draft, SourceGuid::from("g-4")).unwrap());
    let shown = api.call(&gallery::list(&group, None, 10)).into_messages();
    assert_eq!(shown[0].id, sent.id);
    let before = shown[0].gallery_ts;
    assert_eq!(api.call(&gallery::list(&group, before, 10)).len(), 0);
}

fn bots_of_a_group(api: &mut Api) {
    let mut bot = bots::NewBot::new("hal", api.lake());
    bot.callback_url = Some("http://127.0.0.1:1/".to_owned());
    let bot = api.call(&bots::create(&bot));
    let id: BotId = bot.bot_id;
    assert_eq!(api.call(&bots::list()).len(), 1);
    api.call(&bots::post(&id, "I am here").unwrap());
    let page = messages::list(api.lake(), &HistoryWindow::Newest, 1);
    let said = api.call(&page).into_messages().remove(0);
    assert_eq!(said.name.as_deref(), Some("hal"));
    assert_ne!(said.user_id, Some(UserId::from("system")));
    api.call(&bots::destroy(&id));
    assert_eq!(api.call(&bots::list()).len(), 0);
}
