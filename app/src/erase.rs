//! Views without their types, small.
//!
//! Leptos' own `into_any` also makes, for each type, the code that hydrates a view whose routes are loaded lazily: a state machine over
//! the whole view. Nothing here is lazy, and that code was a sixth of the browser build.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Position, PositionState, Render};

/// Turns any view into an [`AnyView`].
pub trait Erase: RenderHtml + Sized + 'static {
    fn erase(self) -> AnyView {
        Lean(self).into_any()
    }
}

impl<V: RenderHtml + 'static> Erase for V {}

/// A view that is hydrated in one go: everything is handed on but [`RenderHtml::hydrate_async`].
struct Lean<V>(V);

impl<V: Render> Render for Lean<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: RenderHtml> RenderHtml for Lean<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = Lean<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Self::State {
        unreachable!("no route of this app is loaded lazily")
    }

    fn into_owned(self) -> Self::Owned {
        Lean(self.0.into_owned())
    }
}

impl<V: AddAnyAttr> AddAnyAttr for Lean<V> {
    type Output<SomeNewAttr: Attribute> = Lean<V::Output<SomeNewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        Lean(self.0.add_any_attr(attr))
    }
}
