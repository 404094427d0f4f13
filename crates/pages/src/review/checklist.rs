//! The checklist that a reviewer completes while reading the evidence, and the decision buttons.

use domain::{ReviewState, Stage};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::{CHECKLIST, Checklist, ReviewPage};

use super::actions::{ReviewChecklist, ReviewComment, ReviewRequest};
use app::server_page::escaped;

/// The section: a form for users who can decide, the reason for others. `done`: the form of this
/// section that was sent, and its result.
pub fn section(page: &ReviewPage, done: (&str, &str)) -> AnyView {
    let number = page.version.version;
    let body = match &page.may_decide {
        Ok(()) => form(page),
        Err(why) => view! { <p>{why.clone()}</p>{request(page)} }.into_any(),
    };
    let note = |form: &str| {
        let text = done.1.to_owned();
        (done.0 == form && !text.is_empty())
            .then(|| view! { <p class="note" role="status">{text}</p> }.into_any())
    };
    view! {
        <section id="decide">
            <h2>{format!("Decision on version {number}")}</h2>
            {note("checklist")}
            {body}
            {comments(page, note("comment"))}
        </section>
    }
    .into_any()
}

/// The checklist items, editable or `fixed`.
pub fn items(done: &Checklist, fixed: bool) -> AnyView {
    let sections = CHECKLIST.iter().map(|section| {
        let items = section.items.iter().map(|(key, sentence)| {
            let ticked = done.done.contains(*key);
            if fixed {
                let word = if ticked { "✓ done: " } else { "– open: " };
                return view! { <li>{word}{*sentence}</li> }.into_any();
            }
            view! {
                <label class="check">
                    <input type="checkbox" name="items[]" value=*key checked=ticked />
                    <span>{*sentence}</span>
                </label>
            }
            .into_any()
        });
        let items = items.collect::<Vec<_>>();
        if fixed {
            return view! { <li>{section.title}<ul>{items}</ul></li> }.into_any();
        }
        view! { <fieldset><legend>{section.title}</legend>{items}</fieldset> }.into_any()
    });
    let sections = sections.collect::<Vec<_>>();
    if fixed {
        view! { <ul class="ticked">{sections}</ul> }.into_any()
    } else {
        view! { <div class="checklist">{sections}</div> }.into_any()
    }
}

fn form(page: &ReviewPage) -> AnyView {
    let choice = |value: &'static str, text: &'static str, class: &'static str| {
        view! { <button class=class name="then" value=value>{text}</button> }.into_any()
    };
    let blocking = (!page.blocking.is_empty()).then(|| {
        let text = format!("Gates blocking approval: {}.", page.blocking.join("; "));
        view! { <p class="note warn">{text}</p> }
    });
    let open = page.checklist.open().len();
    let progress = format!(
        "{} of {} items are checked.",
        Checklist::keys().count() - open,
        Checklist::keys().count()
    );
    view! {
        <form method="post" action=ReviewChecklist::PATH class="review-form">
            <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
            <input type="hidden" name="version" value=page.version.version.to_string() />
            <p class="aside">"Check each item once you have reviewed it. The checklist is saved and becomes part of the decision record. "{progress}</p>
            {items(&page.checklist, false)}
            <div class="field">
                <label for="findings">"Findings"</label>
                <textarea id="findings" name="findings" rows="3">{escaped(&page.checklist.findings)}</textarea>
            </div>
            {blocking}
            <p class="actions">
                {choice("approve", "Approve…", "button")}
                {choice("request_changes", "Request changes…", "button quiet")}
                {choice("reject", "Reject…", "button quiet")}
                {choice("", "Save checklist", "button quiet")}
            </p>
        </form>
    }
    .into_any()
}

/// The form that requests a review, where that is the next step.
fn request(page: &ReviewPage) -> AnyView {
    let pending = page
        .request
        .as_ref()
        .is_some_and(|request| request.state == ReviewState::Pending && page.stale.is_empty());
    if pending || page.live || page.version.stage == Stage::Archived {
        return ().into_any();
    }
    view! {
        <form method="post" action=ReviewRequest::PATH class="review-form">
            <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
            <input type="hidden" name="version" value=page.version.version.to_string() />
            <div class="field">
                <label for="note">"Note to reviewers (optional)"</label>
                <textarea id="note" name="note" rows="2"></textarea>
            </div>
            <p class="actions"><button class="button">"Request review"</button></p>
        </form>
    }
    .into_any()
}

fn comments(page: &ReviewPage, done: Option<AnyView>) -> AnyView {
    let list = page.comments.iter().map(|comment| {
        view! {
            <li>
                <p class="aside"><b>{comment.author.to_string()}</b>", "{comment.written_at.long()}</p>
                <p>{comment.body.clone()}</p>
            </li>
        }
        .into_any()
    });
    let list = list.collect::<Vec<_>>();
    let none = list
        .is_empty()
        .then(|| view! { <p class="aside">"No comments yet."</p> });
    view! {
        <h3 id="comments">"Comments"</h3>
        {done}
        {none}
        <ul class="comments">{list}</ul>
        <form method="post" action=ReviewComment::PATH class="review-form">
            <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
            <input type="hidden" name="version" value=page.version.version.to_string() />
            <div class="field">
                <label for="comment">"Comment"</label>
                <textarea id="comment" name="body" rows="2"></textarea>
            </div>
            <p class="actions"><button class="button quiet">"Add comment"</button></p>
        </form>
    }
    .into_any()
}
