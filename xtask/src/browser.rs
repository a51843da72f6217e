//! `cargo xtask browser`: the status page in a real browser, and pictures of it for people to look at.

mod chromium;
mod devtools;
mod hands;
mod relay;

use std::process::ExitCode;

use anyhow::Context as _;

use crate::{flags, problem::Problem, project::Project, runner::Runner, server::Server};

use self::{
    chromium::Chromium,
    relay::{Change, Relay},
};

/// Where the pictures are put.
const PICTURES: &str = "target/browser";

/// The pictures that the documents show, by language.
const PICTURES_OF_DOCUMENTS: [(&str, &str); 2] =
    [("en", "docs/images/status-page.png"), ("ru", "docs/images/status-page.ru.png")];

/// How large one may be: everybody who clones the project gets every one that there ever was.
const LARGEST_PICTURE: u64 = 200 * 1024;

/// More registers than a page has, and few enough to look at.
const REGISTERS: usize = 60;

/// The settings of a reader who likes it dark or light.
const DARK: &str = "--blink-settings=preferredColorScheme=0";
const LIGHT: &str = "--blink-settings=preferredColorScheme=1";

/// An address as nobody writes it in good faith. It would mark the page if any of it ran.
const HOSTILE: &str = r#"<script>document.documentElement.dataset.hostile='1'</script><img src=x onerror=\"document.documentElement.dataset.hostile='2'\">\u202e&quot;'"#;

/// Runs the checks by themselves, or only takes the pictures for the documents.
pub(crate) fn command(project: &Project, options: &flags::Browser) -> anyhow::Result<ExitCode> {
    let mut runner = Runner::of_command("browser");
    if options.pictures {
        let chromium = Chromium::find(project).context("needs Chromium: `apt-get install chromium`")?;
        runner.check("pictures for the documents", || take_pictures(project, chromium))?;
    } else {
        run(project, &mut runner)?;
    }
    Ok(runner.finish())
}

/// The top of the page, in daylight.
fn take_pictures(project: &Project, chromium: Chromium) -> anyhow::Result<Vec<Problem>> {
    let server = Server::start(project, &["--demo", "--demo-still"])?;
    let mut problems = Vec::new();
    for (language, path) in PICTURES_OF_DOCUMENTS {
        let url = format!("http://{}/?lang={language}", server.address);
        let to = project.path(path);
        chromium.picture(&url, (1200, 1380), &to, &[LIGHT])?;
        let bytes = std::fs::metadata(&to)?.len();
        let size = format!("has {bytes} bytes, more than {LARGEST_PICTURE}");
        problems.extend((bytes > LARGEST_PICTURE).then(|| Problem::new(path, size)));
    }
    Ok(problems)
}

/// Opens the page in every way that it has to bear.
pub(crate) fn run(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    let Some(chromium) = Chromium::find(project) else {
        runner.skip_job("needs Chromium: `apt-get install chromium`");
        return Ok(());
    };
    let size = REGISTERS.to_string();
    let demo = Server::start(project, &["--demo", "--demo-still", "--demo-size", &size])?;
    let stand_in = demo.stand_in.clone().unwrap_or_default();
    let service = Relay::start(&stand_in, |path, _, answer| {
        let is_list = path.contains("/cash-registers");
        Some(if is_list { with_hostile_address(&answer) } else { answer })
    })?;
    let environment = format!("http://{}", service.address);
    let server = Server::start(project, &["--environment", &environment, "--interval", "2s"])?;
    let page = Page { chromium, server: &server };

    runner.check("renders, in both languages, without a word on the console", || page.renders())?;
    runner.check("filters and pages by its address alone", || page.filters())?;
    runner.check("shows a hostile address as text", || page.survives_hostile_text())?;
    runner.check("works without scripts", || page.works_without_scripts())?;
    runner.check("takes over new data by itself", || page.refreshes())?;
    runner.check("says so when its server is gone", || page.tells_that_it_is_alone())?;
    runner.check("fits screens of 360 and 1440 pixels", || page.fits())?;
    let (name, address) = (chromium.name(), server.address.as_str());
    runner.check("can be used without a mouse", || hands::keyboard(name, address))?;
    runner.check("is printed as a table without controls", || {
        let pdf = project.path(PICTURES).join("fleet.pdf");
        chromium.print(&page.url("/?lang=ru"), &pdf)?;
        hands::paper(name, address)
    })?;
    runner.check("pictures, light and dark, narrow and wide", || page.is_painted(project))?;
    runner.note(format!("pictures of the page are in {PICTURES}: look at them"));
    Ok(())
}

/// The list with the first register's address replaced.
fn with_hostile_address(answer: &str) -> String {
    const KEY: &str = r#""fiscalStoragePaymentAddress":""#;
    let Some((before, rest)) = answer.split_once(KEY) else { return answer.to_owned() };
    let Some((_, after)) = rest.split_once('"') else { return answer.to_owned() };
    format!("{before}{KEY}{HOSTILE}\"{after}")
}

struct Page<'a> {
    chromium: Chromium,
    server: &'a Server,
}

impl Page<'_> {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    fn renders(&self) -> anyhow::Result<Vec<Problem>> {
        let mut problems = Vec::new();
        for (path, words) in [
            ("/?lang=en", ["What stops, and when", "1–50 of 60"]),
            ("/?lang=ru", ["Что и когда остановится", "1–50 из 60"]),
        ] {
            let visit = self.chromium.visit(&self.url(path), 1, &[])?;
            problems.extend(
                words.iter().filter(|word| !visit.dom.contains(**word)).map(|word| missing(path, word)),
            );
            problems.extend(visit.console.iter().map(|line| Problem::new(path, line)));
        }
        let (path, visit) = self.first_register()?;
        problems.extend(visit.console.iter().map(|line| Problem::new(&path, line)));
        let title = "Everything that is known";
        problems.extend((!visit.dom.contains(title)).then(|| missing(&path, title)));
        Ok(problems)
    }

    fn filters(&self) -> anyhow::Result<Vec<Problem>> {
        let mut problems = Vec::new();
        let rows =
            |path: &str| Ok::<_, anyhow::Error>(rows(&self.chromium.visit(&self.url(path), 1, &[])?.dom));
        let [all, second, critical, trouble] =
            [rows("/")?, rows("/?page=2")?, rows("/?state=critical")?, rows("/?state=trouble")?];
        for (path, holds) in [
            ("/?page=2", all == 50 && second == REGISTERS - 50),
            ("/?state=critical", critical > 0 && critical < trouble && trouble < all),
            ("/?q=0010", rows("/?q=0010")? > 0),
            ("/?q=no+such+register", rows("/?q=no+such+register")? == 0),
            ("/?kind=unsent-documents", (1..trouble).contains(&rows("/?kind=unsent-documents")?)),
        ] {
            problems
                .extend((!holds).then(|| Problem::new(path, "shows other registers than it was asked for")));
        }
        Ok(problems)
    }

    fn survives_hostile_text(&self) -> anyhow::Result<Vec<Problem>> {
        let mut problems = Vec::new();
        for path in ["/?q=%3Cscript%3E", "/api/kkts?q=%3Cscript%3E", "/metrics"] {
            let dom = self.chromium.visit(&self.url(path), 3, &[])?.dom;
            problems.extend(dom.contains("data-hostile").then(|| Problem::new(path, "a value became code")));
            let text = "&lt;script&gt;document";
            problems.extend((!dom.contains(text)).then(|| missing(path, "the hostile address")));
            // JSON is for programs and holds what the service wrote.
            let is_turned = dom.contains('\u{202e}') && !path.starts_with("/api");
            problems.extend(is_turned.then(|| Problem::new(path, "a value can turn the text around it")));
        }
        Ok(problems)
    }

    /// A headless browser without scripts can be asked for nothing, so the page loses its script on the way instead.
    fn works_without_scripts(&self) -> anyhow::Result<Vec<Problem>> {
        let relay = Relay::start(&self.server.address, |_, _, answer| {
            let (before, rest) = answer.split_once("<script>")?;
            let (_, after) = rest.split_once("</script>")?;
            Some(format!("{before}{after}"))
        })?;
        let path = "/?state=trouble";
        let dom = self.chromium.visit(&format!("http://{}{path}", relay.address), 1, &[])?.dom;
        let page = self.server.get(path, "text/html")?.body;
        let refresh = "<noscript><meta http-equiv=\"refresh\"";
        let mut problems = Vec::new();
        problems.extend((rows(&dom) == 0).then(|| missing(path, "registers")));
        problems.extend((!dom.contains("type=\"submit\"")).then(|| missing(path, "a button of the form")));
        problems.extend((!page.contains(refresh)).then(|| missing(path, refresh)));
        Ok(problems)
    }

    /// From the second answer on there is another headline and another search field; only the first may be taken over.
    fn refreshes(&self) -> anyhow::Result<Vec<Problem>> {
        let visit = self.through_relay(|_, times, answer| {
            let new = answer
                .replace("<h1 class=\"", "<h1 class=\"new ")
                .replace("maxlength=\"100\"", "maxlength=\"7\"");
            Some(if times > 1 { new } else { answer })
        })?;
        let mut problems = Vec::new();
        problems.extend((!visit.dom.contains("<h1 class=\"new ")).then(|| missing("/", "new data")));
        problems.extend(
            visit
                .dom
                .contains("maxlength=\"7\"")
                .then(|| Problem::new("/", "a refresh replaces the form that somebody may be typing into")),
        );
        problems.extend(visit.console.iter().map(|line| Problem::new("/", line)));
        Ok(problems)
    }

    fn tells_that_it_is_alone(&self) -> anyhow::Result<Vec<Problem>> {
        let before = self.chromium.visit(&self.url("/?lang=en"), 1, &[])?.dom;
        let gone = self.through_relay(|_, times, answer| (times == 1).then_some(answer))?.dom;
        // A proxy goes on answering, in its own words.
        let behind_proxy = self.through_relay(|_, times, answer| {
            let error = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<title>502</title>";
            Some(if times == 1 { answer } else { error.to_owned() })
        })?;
        let behind_proxy = behind_proxy.dom;
        let is_hidden = |dom: &str| {
            dom.split("id=\"offline\"")
                .nth(1)
                .map(|rest| rest.split('>').next().is_some_and(|tag| tag.contains("hidden")))
        };
        Ok(match [&before, &gone, &behind_proxy].map(|dom| is_hidden(dom)) {
            [Some(true), Some(false), Some(false)] => Vec::new(),
            shown => vec![Problem::new(
                "/",
                format!("whether the banner is hidden before, after, and behind a proxy: {shown:?}"),
            )],
        })
    }

    /// A script that the policy would never let run measures the page: the relay takes the policy off.
    fn fits(&self) -> anyhow::Result<Vec<Problem>> {
        const MEASURE: &str = "<script>addEventListener('load', () => { const page = document.documentElement; \
                               page.dataset.measured = page.scrollWidth + ' of ' + page.clientWidth; \
                               page.dataset.fits = page.scrollWidth <= page.clientWidth; })</script></body>";
        let relay = Relay::start(&self.server.address, |_, _, answer| {
            let lines: Vec<&str> = answer.split('\n').collect();
            let kept = lines.into_iter().filter(|line| !line.starts_with("content-security-policy"));
            Some(kept.collect::<Vec<_>>().join("\n").replace("</body>", MEASURE))
        })?;
        let (register, _) = self.first_register()?;
        let mut problems = Vec::new();
        for path in ["/?lang=ru", "/?lang=en", &register] {
            for width in ["360", "1440"] {
                let window = format!("--window-size={width},900");
                let url = format!("http://{}{path}", relay.address);
                let dom = self.chromium.visit(&url, 1, &[&window])?.dom;
                let measured = dom.split("data-measured=\"").nth(1).and_then(|rest| rest.split('"').next());
                if !dom.contains("data-fits=\"true\"") {
                    let measured = measured.unwrap_or("nothing");
                    problems
                        .push(Problem::new(path, format!("at {width} pixels it is {measured} pixels wide")));
                }
            }
        }
        Ok(problems)
    }

    fn is_painted(&self, project: &Project) -> anyhow::Result<Vec<Problem>> {
        let (register, _) = self.first_register()?;
        let mut problems = Vec::new();
        for (name, path) in [("fleet", "/?lang=ru"), ("register", register.as_str())] {
            for (width, height) in [(360, 2400), (1440, 1600)] {
                for (scheme, setting) in [("dark", DARK), ("light", LIGHT)] {
                    let name = format!("{name}-{width}-{scheme}");
                    problems.extend(self.paint(project, &name, path, (width, height), setting)?);
                }
            }
        }
        Ok(problems)
    }

    /// A picture for people; all that can be told of it here is whether anything is on it.
    fn paint(
        &self,
        project: &Project,
        name: &str,
        path: &str,
        size: (u32, u32),
        flag: &str,
    ) -> anyhow::Result<Option<Problem>> {
        /// More than a page of one colour takes.
        const BLANK: u64 = 20_000;
        let folder = project.path(PICTURES);
        std::fs::create_dir_all(&folder)?;
        let to = folder.join(format!("{name}.png"));
        self.chromium.picture(&self.url(path), size, &to, &[flag])?;
        let bytes = std::fs::metadata(&to).map_or(0, |picture| picture.len());
        Ok((bytes < BLANK).then(|| Problem::new(path, format!("nothing is to be seen on {}", to.display()))))
    }

    /// The page through a relay, for half a minute of its time.
    fn through_relay(&self, change: Change) -> anyhow::Result<chromium::Visit> {
        let relay = Relay::start(&self.server.address, change)?;
        self.chromium.visit(&format!("http://{}/?lang=en", relay.address), 30, &[])
    }

    /// The page of the register that stands first.
    fn first_register(&self) -> anyhow::Result<(String, chromium::Visit)> {
        let list = self.server.get("/api/kkts?limit=1", "*/*")?.body;
        let list: serde_json::Value = serde_json::from_str(&list)?;
        let serial = list["kkts"][0]["kkt"]["serialNumber"].as_str().unwrap_or_default();
        let path = format!("/kkts/{serial}?lang=en");
        let visit = self.chromium.visit(&self.url(&path), 1, &[])?;
        Ok((path, visit))
    }
}

fn rows(dom: &str) -> usize {
    dom.split("<tbody")
        .nth(1)
        .map_or(0, |body| body.split("</tbody>").next().unwrap_or_default().matches("<tr ").count())
}

fn missing(path: &str, what: &str) -> Problem {
    Problem::new(path, format!("does not show {what:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_address_is_made_hostile_and_the_list_stays_json() {
        let list = r#"[{"fiscalStoragePaymentAddress":"a"},{"fiscalStoragePaymentAddress":"b"}]"#;
        let changed: serde_json::Value =
            serde_json::from_str(&with_hostile_address(list)).unwrap_or_default();
        let address = changed[0]["fiscalStoragePaymentAddress"].as_str();
        assert!(address.is_some_and(|address| address.contains("<script>") && address.contains('\u{202e}')));
        assert_eq!(changed[1]["fiscalStoragePaymentAddress"], "b");
    }
}
