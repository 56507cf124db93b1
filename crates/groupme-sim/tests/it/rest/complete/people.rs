//! Users, blocks, contacts, directories and the search.

use groupme_model::SourceGuid;
use groupme_rest::{
    Conversation, Error,
    endpoint::{blocks, directories, messages, relationships, users},
};

use super::{Api, user_id};

pub(super) fn call_all(api: &mut Api) {
    accounts(api);
    blocked_users(api);
    contacts(api);
    directories_and_search(api);
}

fn accounts(api: &mut Api) {
    let mara = user_id(api.sim.cast.mara);
    let mut change = users::UserUpdate::default();
    change.name = Some("Robin R.".to_owned());
    change.email = Some("robin@example.com".to_owned());
    let changed = api.call(&users::update(&change));
    assert_eq!(changed.name.as_deref(), Some("Robin R."));
    assert_eq!(api.call(&users::me()).email, changed.email);
    assert_eq!(api.call(&users::show(&mara)).user.id, mara);
    let mut profile = users::ProfileUpdate::default();
    profile.bio = Some("rows".to_owned());
    let changed = api.call(&users::update_profile(&profile));
    assert_eq!(changed.bio.as_deref(), Some("rows"));
    api.call(&users::enable_sms(4, None));
    assert_eq!(api.call(&users::me()).sms, Some(true));
    api.call(&users::disable_sms());
    assert_eq!(api.call(&users::me()).sms, Some(false));
    assert!(api.call(&users::set_share_link(false)).is_none());
    assert!(
        api.call(&users::set_share_link(true))
            .unwrap()
            .share_url
            .is_some()
    );
}

fn blocked_users(api: &mut Api) {
    let (me, theo) = (api.sim.cast.me, api.sim.cast.theo);
    let other = user_id(theo);
    api.call(&blocks::create(&other));
    assert!(api.call(&blocks::between(&other)));
    assert_eq!(api.call(&blocks::list()).len(), 1);
    let to_me = Conversation::User(user_id(me));
    let send = messages::send(&to_me, "hey", SourceGuid::from("g-5")).unwrap();
    let refused = api.try_call(theo, &send);
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    api.call(&blocks::delete(&other));
    assert!(!api.call(&blocks::between(&other)));
    api.call_as(theo, &send);
}

fn contacts(api: &mut Api) {
    let stranger = api.sim.with_world(|world, _| world.add_user("Sam"));
    let id = user_id(stranger);
    let names = |api: &mut Api| -> Vec<_> {
        let listed = api.call(&relationships::list(false, None)).into_iter();
        listed.filter_map(|contact| contact.name).collect()
    };
    assert!(!names(api).contains(&"Sam".to_owned()));
    let link = api.sim.simulation.world().contact_token(stranger);
    assert!(
        api.try_call(stranger, &relationships::create(&id, "wrong"))
            .is_err()
    );
    api.call(&relationships::create(&id, &link));
    assert!(names(api).contains(&"Sam".to_owned()));
    api.call(&relationships::delete(&id));
    assert!(!names(api).contains(&"Sam".to_owned()));
    let mut change = users::UserUpdate::default();
    change.email = Some("sam@example.com".to_owned());
    api.call_as(stranger, &users::update(&change));
    let mut entry = relationships::AddressBookEntry::default();
    entry.email = change.email;
    let batch = api.call(&relationships::import(&[entry]));
    assert_eq!(api.call(&relationships::import_results(&batch)).len(), 1);
    assert!(names(api).contains(&"Sam".to_owned()));
}

fn directories_and_search(api: &mut Api) {
    let directory = api.call(&directories::show()).unwrap();
    let codes = ["3702".to_owned()];
    assert_eq!(api.call(&directories::choose_majors(&codes)), codes);
    let mut profile = directories::CampusProfile::default();
    profile.graduation_year = Some(2027);
    api.call(&directories::change_profile(&profile));
    assert!(!api.call(&directories::users()).is_empty());
    // A group is found only while its visibility is `searchable`.
    let found = |api: &mut Api| {
        let results = api.call(&directories::search("lake"));
        let listed = api.call(&directories::popular()).len();
        assert_eq!(api.call(&directories::trending()).len(), listed);
        (results.popular.unwrap().len(), listed)
    };
    assert_eq!(found(api), (0, 0));
    let mut settings = groupme_rest::endpoint::groups::GroupSettings::default();
    settings.visibility = Some(groupme_model::group::Visibility::Searchable);
    let lake = api.lake();
    api.call(&groupme_rest::endpoint::groups::update(&lake, &settings));
    assert_eq!(found(api), (1, 1));
    assert!(api.call(&directories::groups()).is_empty());
    api.call(&directories::leave(directory.id.unwrap()));
    assert_eq!(api.call(&directories::show()), None);
}
