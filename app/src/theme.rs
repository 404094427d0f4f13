//! Light, dark or the system setting: stored in a cookie, so that the server sends the right theme
//! and nothing flashes.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::boxed::{Handler, IntoBoxed};
use crate::error::AppError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "Auto",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    #[cfg(feature = "ssr")]
    fn from_cookies(cookies: &str) -> Self {
        let named = |name: &str| Self::ALL.into_iter().find(|theme| theme.name() == name);
        cookies
            .split(';')
            .find_map(|cookie| named(cookie.trim().strip_prefix("theme=")?))
            .unwrap_or_default()
    }

    /// The theme of the page that is being rendered or hydrated.
    pub fn current() -> Self {
        #[cfg(feature = "ssr")]
        {
            let parts = use_context::<axum::http::request::Parts>();
            let cookies = parts
                .as_ref()
                .and_then(|parts| parts.headers.get(axum::http::header::COOKIE))
                .and_then(|value| value.to_str().ok());
            cookies.map(Self::from_cookies).unwrap_or_default()
        }
        #[cfg(not(feature = "ssr"))]
        {
            let shown = document()
                .document_element()
                .and_then(|root| root.get_attribute("data-theme"));
            Self::ALL
                .into_iter()
                .find(|theme| Some(theme.name()) == shown.as_deref())
                .unwrap_or_default()
        }
    }
}

#[server(prefix = "/fn", endpoint = "theme")]
pub async fn set_theme(theme: Theme) -> Result<(), AppError> {
    use axum::http::{HeaderValue, header};
    let cookie = format!(
        "theme={}; Path=/; Max-Age=31536000; SameSite=Lax",
        theme.name()
    );
    if let (Some(response), Ok(cookie)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        HeaderValue::from_str(&cookie),
    ) {
        response.append_header(header::SET_COOKIE, cookie);
    }
    Ok(())
}

/// Three buttons; without JavaScript they submit a form and return to the page.
#[component]
pub fn ThemeSwitch() -> AnyView {
    let action = ServerAction::<SetTheme>::new();
    let (theme, choose) = signal(Theme::current());
    Effect::new(move |shown: Option<Theme>| {
        let theme = theme.get();
        if shown.is_some_and(|shown| shown != theme)
            && let Some(root) = document().document_element()
        {
            // A fixed, valid attribute name cannot fail.
            let _ = root.set_attribute("data-theme", theme.name());
        }
        theme
    });
    let button = move |choice: Theme| {
        let pressed = Signal::derive(move || (theme.get() == choice).to_string());
        let click: Handler<MouseEvent> = Box::new(move |_| choose.set(choice));
        view! { <button name="theme" value=choice.name() aria-pressed=pressed on:click=click>{choice.label()}</button> }.boxed()
    };
    view! {
        <ActionForm action=action attr:class="theme-switch" attr:aria-label="Color theme">
            {Theme::ALL.map(button).into_iter().collect::<Vec<_>>()}
        </ActionForm>
    }
    .boxed()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::Theme;

    #[test]
    fn the_cookie_decides_and_nonsense_means_system() {
        assert_eq!(Theme::from_cookies("id=1; theme=dark"), Theme::Dark);
        assert_eq!(
            Theme::from_cookies("mytheme=dark; theme=pink"),
            Theme::System
        );
    }
}
