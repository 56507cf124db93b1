//! `groupme bot`: posts as a bot, and lists, registers and deletes bots.

use groupme_model::{BotId, Draft};
use groupme_rest::endpoint::bots::{self, NewBot};

use super::{confirm::confirm, text};
use crate::{
    account::{self, Account},
    args::{self, Bot, DestroyBot, ListBots, PostAsBot, RegisterBot},
    credentials::Origin,
    error_help,
    exit::Failure,
    name_lookup::{Named, choose},
    output::{Row, RowPrinter},
};

pub(crate) async fn run(command: Bot) -> Result<(), Failure> {
    match command {
        Bot::Post(args) => post(args).await,
        Bot::List(args) => list(args).await,
        Bot::Register(args) => register(args).await,
        Bot::Destroy(args) => destroy(args).await,
    }
}

async fn post(args: PostAsBot) -> Result<(), Failure> {
    let text = text::read(&args.text)?;
    let bot = id_of(&args.bot.bot, &args.account).await?;
    let drafts = if args.split {
        Draft::split_numbered(&text)
    } else {
        vec![Draft::new(text)]
    };
    let (rest, parts) = (account::without_token(&args.account).await?, drafts.len());
    for (sent, draft) in drafts.into_iter().enumerate() {
        let call = bots::post(&bot, draft).map_err(Failure::usage)?;
        if let Err(error) = rest.call(&call).await {
            let failure = error_help::failure(&error, false, &Origin::Bot);
            let may_be_done = !error.was_not_processed();
            return Err(match (parts, may_be_done) {
                (1, false) => failure,
                (1, true) => failure.and(error_help::MAY_BE_DONE),
                (_, false) => failure.and(&format!("{sent} of {parts} parts are posted")),
                (_, true) => failure.and(&format!(
                    "{sent} of {parts} parts are posted, and part {} may be: look at the group before posting \
                     the others",
                    sent + 1
                )),
            });
        }
    }
    let done = match parts {
        1 => "the message was posted".to_owned(),
        parts => format!("all {parts} parts were posted"),
    };
    RowPrinter::new(args.output).done(&Row::Posted(parts), &done)
}

async fn list(args: ListBots) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    for bot in account.call(&bots::list()).await? {
        rows.row(&Row::Bot(&bot))?;
    }
    Ok(rows.finish()?)
}

async fn register(args: RegisterBot) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let group = account.group(&args.group.group).await?;
    let mut new = NewBot::new(args.name, group);
    new.callback_url = args.callback_url;
    new.avatar_url = args.avatar_url;
    let bot = account.call(&bots::create(&new)).await?;
    let done = "the bot was registered, `groupme bot list` shows its id";
    RowPrinter::new(args.output).done(&Row::Bot(&bot), done)
}

async fn destroy(args: DestroyBot) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let bot = id_of(&args.bot.bot, &args.account).await?;
    confirm("Delete the bot?", args.yes)?;
    account.call(&bots::destroy(&bot)).await?;
    RowPrinter::new(args.output).done(&Row::Destroyed, "the bot was deleted")
}

/// Returns the id of a bot, given by its id or by its name. A name is looked up in the list of the
/// account's bots.
async fn id_of(wanted: &str, account: &args::Account) -> Result<BotId, Failure> {
    let is_id = wanted.len() >= MIN_ID && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        return Ok(BotId::from(wanted));
    }
    let account = Account::open(account).await?;
    let bots = account.call(&bots::list()).await?;
    let named: Vec<_> = bots
        .into_iter()
        .map(|bot| Named::new(&bot.bot_id, bot.name.unwrap_or_default()))
        .collect();
    choose(wanted, "bot", "--bot", &named).map(|bot| BotId::from(bot.id))
}

/// Minimum number of hexadecimal digits by which an argument counts as an id; GroupMe's have 26.
const MIN_ID: usize = 20;
