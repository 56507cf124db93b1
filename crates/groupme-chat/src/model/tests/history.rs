//! Loading of the history, jumps to a day, and search.

use groupme_client::MessageId;

use super::*;

#[test]
fn history_is_loaded_where_it_is_looked_at() {
    let mut chat = TestChat::empty();
    chat.load(&[]);
    chat.open("100");
    let loads = |effects: Vec<Effect>| {
        let loads = effects.into_iter().filter_map(|effect| match effect {
            Effect::LoadBefore { before, .. } => Some(before),
            _ => None,
        });
        loads.collect::<Vec<_>>()
    };
    chat.take();
    chat.state.rooms.get_mut(&id("100")).unwrap().holes = holes::Holes::default();
    let page: Vec<_> = (1..=50)
        .map(|minute| chat.past(minute * 60, "3", "hello"))
        .collect();
    let oldest = page[49].id.clone();
    chat.page(&id("100"), None, Ok(page));
    chat.take();
    chat.draw(80, 24);
    assert_eq!(loads(chat.take()), [], "the beginning is out of sight");
    chat.act(Action::Oldest);
    chat.draw(80, 24);
    assert_eq!(loads(chat.take()), [Some(oldest.clone())]);
    chat.page(
        &id("100"),
        Some(oldest.clone()),
        Err("no network".to_owned()),
    );
    chat.draw(80, 24);
    assert_eq!(
        loads(chat.take()),
        [],
        "a failed request waits for the user"
    );
    chat.act(Action::PageUp);
    chat.draw(80, 24);
    assert_eq!(loads(chat.take()), [Some(oldest.clone())]);
    chat.page(&id("100"), Some(oldest), Ok(Vec::new()));
    chat.act(Action::Oldest);
    let (rows, _) = chat.draw(80, 24);
    assert!(
        rows.iter()
            .any(|row| row.contains("the conversation begins here")),
        "{rows:#?}"
    );
}

#[test]
fn a_day_is_jumped_to_and_what_lies_between_is_known_to_be_missing() {
    let mut chat = TestChat::new();
    chat.open("100");
    let today = chat.say("3", "today");
    chat.state.rooms.get_mut(&id("100")).unwrap().holes = {
        let mut holes = holes::Holes::default();
        holes.fill(None, Some(&today));
        holes
    };
    chat.take();
    chat.act(Action::Date);
    chat.type_in("3w");
    chat.act(Action::Enter);
    let effects = chat.take();
    let [Effect::LoadSince { time, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    let day = 24 * 60 * 60;
    assert_eq!(
        time.as_secs(),
        crate::testing::START - 21 * day - 12 * 60 * 60
    );
    let then = chat.past(20 * day, "2", "long ago");
    chat.update(Input::Outcome(Outcome::Since {
        conversation: id("100"),
        time: *time,
        page: Ok(vec![then.clone()]),
    }));
    let room = chat.room("100");
    assert_eq!(room.selected, Some(EntryId::Message(then.id.clone())));
    assert!(room.holes.between(Some(&then.id), &today).is_some());
    assert!(room.holes.between(None, &then.id).is_some());
}

#[test]
fn a_day_that_cannot_be_read_is_asked_again() {
    let mut chat = TestChat::new();
    chat.act(Action::Date);
    chat.type_in("someday");
    chat.act(Action::Enter);
    assert!(matches!(
        &chat.state.overlay,
        Overlay::Date { error: Some(_), .. }
    ));
    assert!(
        !chat
            .take()
            .iter()
            .any(|effect| matches!(effect, Effect::LoadSince { .. }))
    );
}

#[test]
fn a_missing_part_of_the_history_is_requested_when_its_place_is_drawn() {
    let mut chat = TestChat::new();
    chat.open("100");
    chat.say("3", "hello");
    chat.state.rooms.get_mut(&id("100")).unwrap().holes = holes::Holes::default();
    chat.take();
    chat.draw(80, 24);
    let loads = chat.take();
    assert!(
        loads
            .iter()
            .any(|effect| matches!(effect, Effect::LoadBefore { before: None, .. })),
        "{loads:?}"
    );
}

#[test]
fn a_search_goes_from_the_newest_to_the_oldest() {
    let mut chat = TestChat::new();
    chat.open("100");
    let ids: Vec<MessageId> = ["Boat?", "no", "the boat"]
        .map(|said| chat.say("3", said))
        .into();
    chat.act(Action::Search);
    chat.type_in("boat");
    let selected = |chat: &TestChat| chat.room("100").selected.clone();
    assert_eq!(selected(&chat), Some(EntryId::Message(ids[2].clone())));
    assert_eq!(chat.state.hits("boat"), (2, Some(0)));
    chat.act(Action::Enter);
    assert_eq!(selected(&chat), Some(EntryId::Message(ids[0].clone())));
    chat.act(Action::Enter);
    assert_eq!(selected(&chat), Some(EntryId::Message(ids[0].clone())));
    chat.act(Action::Down);
    assert_eq!(selected(&chat), Some(EntryId::Message(ids[2].clone())));
    chat.act(Action::Escape);
    assert_eq!(selected(&chat), Some(EntryId::Message(ids[2].clone())));
    chat.act(Action::Escape);
    assert_eq!(selected(&chat), None);
}
