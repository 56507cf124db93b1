//! Groups, topics and members.

use groupme_model::{group::GroupType, member::Role};
use groupme_rest::{
    Error,
    endpoint::{Page, groups, members, topics},
};

use super::{Api, group_id, user_id};

pub(super) fn call_all(api: &mut Api) {
    settings_and_owners(api);
    members_of_a_group(api);
    joining_and_leaving(api);
    topics_and_mutes(api);
}

fn settings_and_owners(api: &mut Api) {
    let mut settings = groups::GroupSettings::default();
    settings.name = Some("Chess".to_owned());
    let group = api.call(&groups::create(&settings));
    assert_eq!(
        (group.name.as_deref(), group.share_url),
        (Some("Chess"), None)
    );
    settings.name = Some("Chess club".to_owned());
    settings.share = Some(true);
    settings.group_type = Some(GroupType::Closed);
    let changed = api.call(&groups::update(&group.id, &settings));
    assert_eq!(changed.name.as_deref(), Some("Chess club"));
    assert!(changed.share_url.is_some());
    assert_eq!(api.call(&groups::show(&group.id)).name, changed.name);
    assert_eq!(api.call(&groups::list(Page::default())).len(), 2);
    assert_eq!(
        api.call(&groups::list_without_members(Page::default()))
            .len(),
        2
    );
    assert!(!api.call(&groups::membership_states()).is_empty());
    let mara = user_id(api.sim.cast.mara);
    let results = api.call(&groups::change_owners(&[
        (group.id.clone(), mara),
        (api.lake(), user_id(api.sim.cast.me)),
        (group.id.clone(), user_id(api.sim.cast.me)),
    ]));
    let results: Vec<_> = results.iter().map(|result| &*result.status).collect();
    assert_eq!(results, ["404", "403", "400"]);
    api.call(&groups::destroy(&group.id));
    assert_eq!(api.call(&groups::list(Page::default())).len(), 1);
}

fn members_of_a_group(api: &mut Api) {
    let (mara, priya) = (api.sim.cast.mara, api.sim.cast.priya);
    let lake = api.lake();
    let newcomer = api.sim.with_world(|world, _| world.add_user("Noor"));
    let add = members::add(&lake, &[members::NewMember::user(user_id(newcomer), "N.")]);
    let pending = api.call(&add);
    let added = api.call(&members::add_results(&lake, &pending)).remove(0);
    assert_eq!(added.nickname.as_deref(), Some("N."));
    assert_eq!(api.call(&members::list(&lake)).len(), 6);
    let promoted = members::change_role(&lake, added.id.clone().unwrap(), &Role::Admin);
    // Only admins can make others admins.
    assert!(matches!(
        api.try_call(priya, &promoted),
        Err(Error::Unauthorized(_))
    ));
    assert!(api.call_as(mara, &promoted).is_admin());
    let renamed = api.call_as(newcomer, &members::rename_yourself(&lake, "Noor N."));
    assert_eq!(renamed.nickname.as_deref(), Some("Noor N."));
    api.call_as(mara, &members::remove(&lake, added.id.unwrap()));
    assert_eq!(api.call(&members::former(&lake)).len(), 1);
    let everybody = api.call(&members::list(&lake)).into_iter();
    let owner = everybody.filter(groupme_model::Member::is_admin);
    let owner = owner.map(|member| member.id.unwrap()).next().unwrap();
    let removal = api.try_call(priya, &members::remove(&lake, owner));
    assert!(matches!(removal, Err(Error::BadRequest(_))), "{removal:?}");
}

fn joining_and_leaving(api: &mut Api) {
    let (me, mara) = (api.sim.cast.me, api.sim.cast.mara);
    let surprise = api.sim.cast.surprise;
    let id = group_id(surprise);
    let link = api.sim.simulation.world().share_token(surprise);
    assert_eq!(api.call(&groups::preview(&id, Some(&link))).id, id);
    api.call_as(mara, &groups::preview(&id, None));
    assert!(api.try_call(me, &groups::join(&id, "wrong", None)).is_err());
    let mut settings = groups::GroupSettings::default();
    settings.requires_approval = Some(true);
    settings.show_join_question = Some(true);
    api.call_as(mara, &groups::update(&id, &settings));
    assert!(api.try_call(me, &groups::join(&id, &link, None)).is_err());
    let joined = api.call(&groups::join(&id, &link, Some("please")));
    assert_eq!(joined, None);
    let request = api.call_as(mara, &members::pending(&id)).remove(0);
    let approval = members::set_approval(&id, request.id.unwrap(), true);
    assert!(matches!(
        api.try_call(me, &approval),
        Err(Error::NotFound(_))
    ));
    api.call_as(mara, &approval);
    assert!(api.call(&groups::join(&id, &link, None)).is_some());
    let own = api.call(&members::list(&id)).into_iter();
    let own = own.filter(|member| member.user_id == Some(user_id(me)));
    let own = own.map(|member| member.id.unwrap()).next().unwrap();
    api.call(&members::ban_or_leave(&id, &own));
    assert_eq!(api.call(&groups::former()).len(), 1);
    assert_eq!(api.call(&groups::rejoin(&id)).id, id);
    api.call_as(mara, &members::ban_or_leave(&id, &own));
    // A banned user cannot come back.
    assert!(api.try_call(me, &groups::rejoin(&id)).is_err());
    assert!(
        api.try_call(me, &groups::join(&id, &link, Some("sorry")))
            .is_err()
    );
}

fn topics_and_mutes(api: &mut Api) {
    let lake = api.lake();
    let mut settings = topics::TopicSettings::default();
    settings.topic = Some("Boats".to_owned());
    let topic = api.call(&topics::create(&lake, &settings)).id;
    settings.description = Some("with oars".to_owned());
    api.call(&topics::update(&lake, &topic, &settings));
    api.call(&topics::show(&lake, &topic));
    assert_eq!(api.call(&topics::list(&lake)).len(), 1);
    let hour = groups::Mute::Minutes(60);
    let muted = api.call(&topics::mute(&lake, &topic, hour)).unwrap();
    assert!(muted.topic_muted_until(&topic).is_some());
    let muted = api.call(&topics::unmute(&lake, &topic)).unwrap();
    assert!(muted.topic_muted_until(&topic).is_none());
    assert!(api.call(&groups::mute(&lake, hour)).muted_until.is_some());
    assert!(api.call(&groups::unmute(&lake)).muted_until.is_none());
    let forever = groups::mute_all(&lake, groups::Mute::Forever);
    assert!(
        api.call(&forever)
            .unwrap()
            .topic_muted_until(&topic)
            .is_some()
    );
    let over = api.call(&groups::unmute_all(&lake)).unwrap();
    assert!(over.topic_muted_until(&topic).is_none());
    api.call(&topics::delete(&lake, &topic));
}
