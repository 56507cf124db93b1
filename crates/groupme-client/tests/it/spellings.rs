//! Programs as newcomers write them at their first attempt, without conversions between types of this
//! workspace: a command bot, a moderation bot, an archiver, a bridge and a dialog. They have to
//! compile; the examples of the workspace are the same programs, and run.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::nonminimal_bool,
    clippy::op_ref,
    clippy::std_instead_of_core,
    reason = "as newcomers write"
)]

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use groupme_client::{
    RestOptions, SendError,
    model::{attachment::Image, system_event::NoticeRef},
    prelude::*,
    rest_api::endpoint::{messages, reactions},
};

type Outcome = Result<(), Box<dyn core::error::Error + Send + Sync>>;

/// Token and addresses as they come out of a configuration: owned text.
async fn connect(
    token: String,
    user: String,
    gateway: Option<String>,
) -> Result<Client, Box<dyn core::error::Error>> {
    let token = Token::new(token)?;
    let options = RestOptions::default();
    let me = match user.as_str() {
        "" => Client::current_user_with(&token, &options).await?,
        user => user.parse()?,
    };
    let mut builder = Client::builder(token, me).subscribe(GroupId::from(&user));
    if let Some(url) = &gateway {
        builder = builder.gateway_url(url).api_url(url);
    }
    Ok(builder.connect()?)
}

struct Config {
    allowed: HashSet<GroupId>,
    cooldown: Duration,
}

async fn commands(mut client: Client, config: Config) -> Outcome {
    let handle = client.handle();
    let mut last: HashMap<UserId, Instant> = HashMap::new();
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        let Some(message) = event.new_message() else {
            continue;
        };
        let (Some(group), Some(sender)) = (message.group_id(), message.sender()) else {
            continue;
        };
        if message.is_system()
            || message.is_from(handle.user())
            || sender == handle.user()
            || !config.allowed.contains(&group.into())
        {
            continue;
        }
        let Some(line) = message.text().and_then(|text| text.strip_prefix('!')) else {
            continue;
        };
        let mut words = line.split_whitespace();
        let answer = match words.next() {
            Some("echo") => words.collect::<Vec<_>>().join(" "),
            Some("add") => match words.map(str::parse::<i64>).sum::<Result<i64, _>>() {
                Ok(sum) => sum.to_string(),
                Err(error) => format!("usage: !add N N ({error})"),
            },
            _ => continue,
        };
        if let Some(at) = last.get(&sender.into())
            && at.elapsed() < config.cooldown
        {
            continue;
        }
        last.insert(sender.into(), Instant::now());
        handle.send(group, &answer).await?;
        message.reply(&handle, &answer).await?;
        message.react(&handle, '👍').await?;
        delivery.reply_once(&handle, answer).await?;
    }
    Ok(())
}

async fn moderate(handle: &Handle, me: &UserId, delivery: &Delivery) -> Result<(), SendError> {
    let (message, edited) = match delivery.event() {
        EventRef::LineCreate(push) => (push.message(), false),
        EventRef::MessageUpdate(push) => (push.message(), true),
        _ => return Ok(()),
    };
    let Some(group) = message.group_id() else {
        return Ok(());
    };
    if let Some(notice) = message.event().and_then(|event| event.notice()) {
        let names: Vec<_> = match notice {
            NoticeRef::MembersAdded(added) => added
                .added_users()
                .filter_map(|user| user.nickname())
                .map(str::to_owned)
                .collect(),
            _ => return Ok(()),
        };
        handle
            .send(group, format!("Welcome, {}!", names.join(", ")))
            .await?;
    }
    if message.is_from(me) {
        return Ok(());
    }
    let text = message.text().unwrap_or_default();
    if text.contains("buy now") {
        handle.delete(group, message.id()).await?;
        message.delete(handle).await?;
    } else if text == "!picture" && !edited {
        let picture = handle.upload_image(vec![1, 2, 3]).await?;
        handle
            .send(group, Draft::new("Here.").attach(picture))
            .await?;
        let known = Draft::new("And here.").attach(Image::new("https://i.groupme.com/1"));
        handle.send(group, known).await?;
    }
    Ok(())
}

async fn archive(
    builder: groupme_client::Builder,
    group: GroupId,
    last: Option<Message>,
) -> Outcome {
    let rest = builder.into_rest()?;
    let mut history = rest.history(&group).from_start().limit(100);
    if let Some(last) = last {
        history = rest.history(group).after(last.id);
    }
    while let Some(page) = history.next().await {
        for message in page?.messages() {
            println!("{}", serde_json::to_string(&message)?);
        }
    }
    Ok(())
}

struct Bridge {
    handle: Handle,
    sides: [GroupId; 2],
    twins: HashMap<MessageId, (GroupId, MessageId)>,
}

impl Bridge {
    async fn carry(&mut self, delivery: &Delivery) -> Outcome {
        let rest = self.handle.rest().ok_or("no REST API")?;
        let event = delivery.event();
        if delivery.is_own() || delivery.is_by(self.handle.user()) {
            return Ok(());
        }
        match event {
            EventRef::LineCreate(push) => {
                let message = push.message();
                let Some(from) = message.group_id() else {
                    return Ok(());
                };
                let to = if from == self.sides[0] {
                    &self.sides[1]
                } else {
                    &self.sides[0]
                };
                let text = format!(
                    "{}: {}",
                    message.name().unwrap_or("?"),
                    message.text().unwrap_or("")
                );
                let sent = self.handle.send(to, text).await?;
                if let Some(copy) = sent.message() {
                    self.twins
                        .insert(message.id().into(), (to.clone(), copy.id.clone()));
                    self.twins
                        .insert(copy.id.clone(), (from.into(), message.id().into()));
                }
            }
            EventRef::MessageUpdate(push) => {
                let message = push.message();
                if let Some((group, copy)) = self.twins.get(&message.id().into()) {
                    let text = message.text().unwrap_or_default();
                    rest.call(&messages::edit(group, copy, text)?).await?;
                }
            }
            EventRef::MessageDeleted(push) => {
                if let Some((group, copy)) = self.twins.remove(&push.message().id().into()) {
                    rest.call(&messages::delete(group, &copy)).await?;
                }
            }
            _ => {
                let Some(change) = event.reaction_change() else {
                    return Ok(());
                };
                let Some(message) = change.message() else {
                    return Ok(());
                };
                let Some((group, copy)) = self.twins.get(&message.id().into()) else {
                    return Ok(());
                };
                let me = self.handle.user();
                let all = change.reactions().into_iter().flatten();
                match all
                    .into_iter()
                    .find(|one| one.user_ids().any(|user| user != me))
                {
                    Some(reaction) => {
                        rest.react(group, copy, reaction.icon()).await?;
                    }
                    None => {
                        rest.call(&reactions::unlike(group, copy)).await?;
                    }
                }
            }
        }
        Ok(())
    }
}

async fn dialog(client: &Client, handle: Handle, group: GroupId, user: UserId) -> Outcome {
    let (here, who) = (group.clone(), user.clone());
    let answer = client.wait_for(move |delivery| {
        let event = delivery.event();
        event
            .new_message()
            .is_some_and(|message| message.is_in(&here) && message.is_from(&who))
    });
    handle
        .send(&group, "What is your favourite colour?")
        .await?;
    if let Some(delivery) = answer.timeout(Duration::from_secs(30)).await {
        let event = delivery.event();
        let text = event.message().and_then(|message| message.text());
        handle
            .send(&group, format!("{} it is.", text.unwrap_or_default()))
            .await?;
    }
    let votes = handle
        .reactions_to("140000000000000001")
        .timeout(Duration::from_secs(1));
    println!("{}", votes.take(3).await.len());
    Ok(())
}

#[test]
fn newcomers_programs_compile() {
    fn is_a_future<F: Future>(_: impl FnOnce() -> F) {}
    let missing = || -> Client { unreachable!("not called") };
    is_a_future(|| connect(String::new(), String::new(), None));
    is_a_future(move || async move {
        let (client, group) = (missing(), GroupId::new("1835"));
        let (handle, me) = (client.handle(), UserId::new("185"));
        let config = Config {
            allowed: HashSet::new(),
            cooldown: Duration::ZERO,
        };
        dialog(&client, handle.clone(), group.clone(), me.clone()).await?;
        let mut bridge = Bridge {
            handle: client.handle(),
            sides: [group.clone(), group.clone()],
            twins: HashMap::new(),
        };
        let mut other = missing();
        if let Some(delivery) = other.next_event().await? {
            moderate(&handle, &me, &delivery).await?;
            bridge.carry(&delivery).await?;
        }
        commands(client, config).await?;
        archive(Client::from_environment().await?, group, None).await
    });
}

#[test]
fn ids_compare_and_convert_as_texts_do() {
    let (text, id) = ("1835".to_owned(), GroupId::new("1835"));
    let view = id.as_view();
    assert!(id == text && text == id && "1835" == id && id == "1835" && *"1835" == id);
    assert!(view == text && text == view && "1835" == view && view == "1835" && view == id);
    assert!(view == &id && &id == view && id == view);
    assert!(view <= id && id >= view && view < GroupId::new("20000"));
    assert_eq!(GroupId::from(&text), id);
    assert_eq!("1835".parse(), Ok(id.clone()));
    assert_eq!(GroupId::from(1835), id);
    let known: HashSet<GroupId> = ["1835".into()].into();
    assert!(known.contains(&view.into()) && known.contains(&id));
    assert!(Token::new(text.clone()).is_ok() && Token::new(&text).is_ok());
    assert_eq!(Draft::from(&text), Draft::from(text.as_str()));
    assert_eq!(LikeIcon::from('👍'), LikeIcon::from("👍"));
}
