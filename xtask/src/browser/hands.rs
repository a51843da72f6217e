//! The status page for those who use no mouse, and for those who print it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::problem::Problem;

use super::devtools::{Key, Tab};

/// What has the focus, whether that is seen, and where in the page it stands.
const FOCUSED: &str = "(() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
        name: element.name || element.className || element.localName,
        isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0
            && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
    };
})()";

/// More than there is to be reached before the first register.
const MOST_STEPS: usize = 60;

/// Walks the page with Tab and Enter: skips to the content, searches, opens a register.
pub(super) fn keyboard(browser: &str, address: &str) -> anyhow::Result<Vec<Problem>> {
    let path = "/?lang=en";
    let mut tab = Tab::open(browser)?;
    let mut problems = Vec::new();

    tab.go(&format!("http://{address}{path}"))?;
    tab.press(Key::Tab)?;
    tab.press(Key::Enter)?;
    let skipped = tab.value("document.activeElement.id")?;
    problems.extend(
        (skipped != "content").then(|| Problem::new(path, "the first link does not skip to the content")),
    );

    tab.go(&format!("http://{address}{path}"))?;
    let mut wanted = ["skip", "q", "state", "kind", "sort", "button", "serial"].iter().peekable();
    let mut unseen = BTreeSet::new();
    for _ in 0..MOST_STEPS {
        tab.press(Key::Tab)?;
        let focused = tab.value(FOCUSED)?;
        if focused["isSeen"] != true {
            unseen.insert(focused["name"].to_string());
        }
        wanted.next_if(|name| focused["name"] == **name);
    }
    problems.extend(
        unseen.iter().map(|name| Problem::new(path, format!("the focus on {name} is not to be seen"))),
    );
    problems
        .extend(wanted.map(|name| Problem::new(path, format!("Tab does not come to {name:?} in its turn"))));

    tab.go(&format!("http://{address}{path}"))?;
    step_to(&mut tab, "q")?;
    tab.write("0010")?;
    tab.press(Key::Enter)?;
    tab.wait_for_page()?;
    let query = tab.value("location.search")?;
    let is_asked = query.as_str().is_some_and(|query| query.contains("q=0010"));
    problems.extend((!is_asked).then(|| Problem::new(path, format!("Enter in the search asks for {query}"))));

    step_to(&mut tab, "serial")?;
    tab.press(Key::Enter)?;
    tab.wait_for_page()?;
    let opened = tab.value("location.pathname")?;
    let is_register = opened.as_str().is_some_and(|path| path.starts_with("/kkts/"));
    problems
        .extend((!is_register).then(|| Problem::new(path, format!("Enter on a register opens {opened}"))));
    Ok(problems)
}

/// Presses Tab until this has the focus.
fn step_to(tab: &mut Tab, name: &str) -> anyhow::Result<()> {
    for _ in 0..MOST_STEPS {
        tab.press(Key::Tab)?;
        if tab.value(FOCUSED)?["name"] == name {
            return Ok(());
        }
    }
    anyhow::bail!("Tab does not come to {name:?}")
}

/// Looks at the page as it is printed.
pub(super) fn paper(browser: &str, address: &str) -> anyhow::Result<Vec<Problem>> {
    let path = "/?lang=ru";
    let mut tab = Tab::open(browser)?;
    tab.go(&format!("http://{address}{path}"))?;
    tab.show_as_printed()?;
    let is_shown = |tab: &mut Tab, what: &str| {
        tab.value(&format!(
            "[...document.querySelectorAll('{what}')].filter(one => one.checkVisibility()).length"
        ))
    };
    let mut problems = Vec::new();
    for control in [".filter", ".pager", ".skip", "nav", "button", "input"] {
        let shown = is_shown(&mut tab, control)?;
        problems.extend((shown != 0).then(|| Problem::new(path, format!("{control} is printed"))));
    }
    for (what, wanted) in [("h1", 1), (".registers thead", 1), (".registers tbody tr", 50)] {
        let shown = is_shown(&mut tab, what)?;
        problems
            .extend((shown != wanted).then(|| Problem::new(path, format!("of {what} {shown} are printed"))));
    }
    let display: Value = tab.value("getComputedStyle(document.querySelector('.registers')).display")?;
    problems.extend((display != "table").then(|| Problem::new(path, "the table is not printed as one")));
    Ok(problems)
}
