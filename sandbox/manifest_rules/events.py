"""Which scopes let which event through; it must not know any app."""

from collections.abc import Mapping

_EVENTS_BY_SCOPE: Mapping[str, str] = {
    "": "app_home_opened app_uninstalled tokens_revoked function_executed entity_details_requested "
    "grid_migration_started grid_migration_finished message.app_home",
    "app_mentions:read": "app_mention",
    "assistant:write": "assistant_thread_started assistant_thread_context_changed app_context_changed",
    "calls:read": "call_rejected",
    "channels:history": "message.channels channel_history_changed",
    "channels:read": "channel_archive channel_created channel_deleted channel_left channel_rename channel_unarchive",
    "channels:read groups:read": "member_joined_channel member_left_channel channel_shared channel_unshared",
    "channels:read groups:read mpim:read": "channel_id_changed",
    "dnd:read": "dnd_updated dnd_updated_user",
    "emoji:read": "emoji_changed",
    "files:read": "file_change file_created file_deleted file_public file_shared file_unshared",
    "groups:history": "message.groups group_history_changed",
    "groups:read": "group_archive group_close group_deleted group_left group_open group_rename group_unarchive",
    "im:history": "message.im im_history_changed",
    "im:read": "im_close im_created im_open",
    "links:read": "link_shared",
    "metadata.message:read": "message_metadata_posted message_metadata_updated message_metadata_deleted",
    "mpim:history": "message.mpim",
    "pins:read": "pin_added pin_removed",
    "reactions:read": "reaction_added reaction_removed",
    "stars:read": "star_added star_removed",
    "team:read": "email_domain_changed team_domain_change team_rename",
    "usergroups:read": "subteam_created subteam_members_changed subteam_self_added subteam_self_removed "
    "subteam_updated",
    "users.profile:read": "team_profile_change team_profile_delete team_profile_reorder",
    "users:read": "team_join user_change user_huddle_changed user_profile_changed user_status_changed",
}
EVENT_SCOPES: Mapping[str, frozenset[str]] = {
    event: frozenset(scopes.split()) for scopes, events in _EVENTS_BY_SCOPE.items() for event in events.split()
}
"""An event to the scopes of which one at least is needed; none needed where empty. Slack delivers nothing, and says
nothing, without the scope."""
