//! What is wrong with one field of a form, a record or a file.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What kind of problem it is, for programs. People read the message.
    pub enum ProblemCode {
        /// There is no value, and one is needed.
        Required = "required",
        /// The value is not of the right type, for example letters for a number.
        Type = "type",
        /// The value is not one of those allowed.
        UnknownValue = "unknown_value",
        /// The value lies outside the allowed range.
        OutOfRange = "out_of_range",
        /// The text is too long.
        TooLong = "too_long",
        /// The text is not of the right form, for example a date.
        Format = "format",
        /// There is no such field.
        UnknownField = "unknown_field",
        /// Another one has this value already.
        Duplicate = "duplicate",
        /// The field does not fit the others.
        Inconsistent = "inconsistent",
        /// Refused by a rule of the organization, for example its gate policy.
        NotAllowed = "not_allowed",
    }
}

words! {
    /// Why something is not allowed, or not possible now, for programs. People read the message.
    pub enum RefusalCode {
        // Not allowed.
        /// The account lacks the role.
        RoleRequired = "role_required",
        /// The token lacks the scope.
        ScopeRequired = "scope_required",
        /// Somebody else must do it: the author or requester cannot.
        FourEyes = "four_eyes",
        /// Only a person who signed in may do it.
        PersonRequired = "person_required",
        /// Only the owner may do it.
        NotTheOwner = "not_the_owner",
        /// Only somebody with access to the machine may do it.
        CommandLineOnly = "command_line_only",
        /// The request came from another site.
        CrossSite = "cross_site",

        /// Only a review decides it.
        ReviewRequired = "review_required",
        /// Only a training or an import writes it.
        ReadOnly = "read_only",

        // Not possible now.
        /// This server does not have it.
        NotSupported = "not_supported",
        /// Somebody else was faster.
        Changed = "changed",
        /// It was decided already.
        AlreadyDecided = "already_decided",
        /// Nobody has requested a review.
        NotRequested = "not_requested",
        /// What the request rested on has changed.
        RequestVoid = "request_void",
        /// The evidence that was shown is not that of the request.
        OtherEvidence = "other_evidence",
        /// Gates do not hold.
        GatesBlock = "gates_block",
        /// The policy does not allow waivers.
        NoWaivers = "no_waivers",
        /// The policy was set after the training.
        PolicyChanged = "policy_changed",
        /// The policy requires an author with a name.
        AuthorRequired = "author_required",
        /// Items of the checklist are open.
        ChecklistOpen = "checklist_open",
        /// The version is live.
        AlreadyLive = "already_live",
        /// The version was never live.
        NeverLive = "never_live",
        /// The version is not in Staging.
        NotInStaging = "not_in_staging",
        /// No version is live.
        NothingLive = "nothing_live",
        /// There is no earlier version.
        NoEarlierVersion = "no_earlier_version",
        /// Nobody has been scored.
        NoScores = "no_scores",
        /// The job has ended.
        JobEnded = "job_ended",
        /// What was asked for is so already.
        NothingChanges = "nothing_changes",
        /// The use case has a cycle that is not over.
        CycleOpen = "cycle_open",
        /// The cycle is over, or a later one was begun.
        CycleOver = "cycle_over",
        /// The data feed has to be checked before anything is learned from it.
        CheckFeed = "check_feed",
        /// The alert is resolved.
        AlertResolved = "alert_resolved",
        /// The account can sign in.
        AccountActive = "account_active",
        /// The account is disabled.
        AccountDisabled = "account_disabled",
        /// An administrator must remain.
        LastAdmin = "last_admin",
        /// There is one of this name already.
        NameTaken = "name_taken",
        /// The dataset was withdrawn.
        Withdrawn = "withdrawn",
        /// No outcome is known, or all that are known are the same.
        NoOutcomes = "no_outcomes",
        /// The dataset was read under another definition than the model's, and its files do not fit
        /// the model's.
        OtherDefinition = "other_definition",
        /// A file and the store both define the use case, and differ.
        DefinedTwice = "defined_twice",
        /// The store has data or accounts already.
        NotEmpty = "not_empty",
    }
}

/// A problem with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Name of the field as the caller sent it.
    pub field: String,
    /// The kind of the problem, for programs.
    pub code: ProblemCode,
    /// What is wrong and what to do, one sentence.
    pub message: String,
}

impl FieldProblem {
    /// A problem of `field`. `message` is a whole sentence.
    pub fn new(field: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }

    /// A field that needs a value: "Enter a reason."
    pub fn required(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(field, ProblemCode::Required, message)
    }

    /// Several problems as one text, where there is no form to show them in.
    pub fn list(problems: &[Self]) -> String {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl std::fmt::Display for FieldProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}
