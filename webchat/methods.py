"""The published Bot API's methods that webchat speaks: parameter names, types and limits, as data.

Each line names a method (or an object) and its fields as ``name:type``; ``!`` marks what is required,
``[T]`` an array, ``A|B`` either, ``=word`` that very word, ``object`` anything. Indented lines go on.
"""

from dataclasses import dataclass

METHODS_TABLE = """
getMe
getUpdates offset:int limit:int timeout:int allowed_updates:[str]
setWebhook url!:str certificate:file ip_address:str max_connections:int allowed_updates:[str]
  drop_pending_updates:bool secret_token:str
deleteWebhook drop_pending_updates:bool
getWebhookInfo
sendMessage business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters text!:str parse_mode:str entities:[MessageEntity]
  link_preview_options:LinkPreviewOptions disable_notification:bool protect_content:bool
  allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendPhoto business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters photo!:file caption:str parse_mode:str
  caption_entities:[MessageEntity] show_caption_above_media:bool has_spoiler:bool disable_notification:bool
  protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendDocument business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters document!:file thumbnail:file caption:str
  parse_mode:str caption_entities:[MessageEntity] disable_content_type_detection:bool
  disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str
  suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendVoice business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters voice!:file caption:str parse_mode:str
  caption_entities:[MessageEntity] duration:int disable_notification:bool protect_content:bool
  allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendVideo business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters video!:file duration:int width:int height:int
  thumbnail:file cover:file start_timestamp:int caption:str parse_mode:str caption_entities:[MessageEntity]
  show_caption_above_media:bool has_spoiler:bool supports_streaming:bool disable_notification:bool
  protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendAudio business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters audio!:file caption:str parse_mode:str
  caption_entities:[MessageEntity] duration:int performer:str title:str thumbnail:file
  disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str
  suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendAnimation business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters animation!:file duration:int width:int height:int
  thumbnail:file caption:str parse_mode:str caption_entities:[MessageEntity] show_caption_above_media:bool
  has_spoiler:bool disable_notification:bool protect_content:bool allow_paid_broadcast:bool
  message_effect_id:str suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendMediaGroup business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  media!:[InputMediaAudio|InputMediaDocument|InputMediaLivePhoto|InputMediaPhoto|InputMediaVideo]
  disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str
  reply_parameters:ReplyParameters
sendLocation business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters latitude!:float longitude!:float
  horizontal_accuracy:float live_period:int heading:int proximity_alert_radius:int disable_notification:bool
  protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendVenue business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters latitude!:float longitude!:float title!:str
  address!:str foursquare_id:str foursquare_type:str google_place_id:str google_place_type:str
  disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str
  suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendContact business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters phone_number!:str first_name!:str last_name:str
  vcard:str disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str
  suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendSticker business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int
  ephemeral_message_parameters:EphemeralMessageParameters sticker!:file emoji:str disable_notification:bool
  protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:object
  reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
sendChatAction business_connection_id:str chat_id!:chat message_thread_id:int action!:str
editMessageText business_connection_id:str chat_id:chat message_id:int inline_message_id:str text:str
  parse_mode:str entities:[MessageEntity] link_preview_options:LinkPreviewOptions rich_message:object
  reply_markup:InlineKeyboardMarkup
editMessageCaption business_connection_id:str chat_id:chat message_id:int inline_message_id:str caption:str
  parse_mode:str caption_entities:[MessageEntity] show_caption_above_media:bool
  reply_markup:InlineKeyboardMarkup
editMessageMedia business_connection_id:str chat_id:chat message_id:int inline_message_id:str
  media!:InputMediaAnimation|InputMediaAudio|InputMediaDocument|InputMediaLivePhoto|InputMediaPhoto|InputMediaVideo
  reply_markup:InlineKeyboardMarkup
editMessageReplyMarkup business_connection_id:str chat_id:chat message_id:int inline_message_id:str
  reply_markup:InlineKeyboardMarkup
deleteMessage chat_id!:chat message_id!:int
deleteMessages chat_id!:chat message_ids!:[int]
forwardMessage chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat
  video_start_timestamp:int disable_notification:bool protect_content:bool message_effect_id:str
  suggested_post_parameters:object message_id!:int
forwardMessages chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat
  message_ids!:[int] disable_notification:bool protect_content:bool
copyMessage chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat
  message_id!:int video_start_timestamp:int caption:str parse_mode:str caption_entities:[MessageEntity]
  show_caption_above_media:bool disable_notification:bool protect_content:bool allow_paid_broadcast:bool
  message_effect_id:str suggested_post_parameters:object reply_parameters:ReplyParameters
  reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply
copyMessages chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat
  message_ids!:[int] disable_notification:bool protect_content:bool remove_caption:bool
pinChatMessage business_connection_id:str chat_id!:chat message_id!:int disable_notification:bool
unpinChatMessage business_connection_id:str chat_id!:chat message_id:int
unpinAllChatMessages chat_id!:chat
answerCallbackQuery callback_query_id!:str text:str show_alert:bool url:str cache_time:int
setMyCommands commands!:[BotCommand]
  scope:BotCommandScopeDefault|BotCommandScopeAllPrivateChats|BotCommandScopeAllGroupChats|BotCommandScopeAllChatAdministrators|BotCommandScopeChat|BotCommandScopeChatAdministrators|BotCommandScopeChatMember
  language_code:str
getMyCommands
  scope:BotCommandScopeDefault|BotCommandScopeAllPrivateChats|BotCommandScopeAllGroupChats|BotCommandScopeAllChatAdministrators|BotCommandScopeChat|BotCommandScopeChatAdministrators|BotCommandScopeChatMember
  language_code:str
deleteMyCommands
  scope:BotCommandScopeDefault|BotCommandScopeAllPrivateChats|BotCommandScopeAllGroupChats|BotCommandScopeAllChatAdministrators|BotCommandScopeChat|BotCommandScopeChatAdministrators|BotCommandScopeChatMember
  language_code:str
setChatMenuButton chat_id:int menu_button:MenuButtonCommands|MenuButtonWebApp|MenuButtonDefault
getChatMenuButton chat_id:int
setMyName name:str language_code:str
getMyName language_code:str
setMyDescription description:str language_code:str
getMyDescription language_code:str
setMyShortDescription short_description:str language_code:str
getMyShortDescription language_code:str
getChat chat_id!:chat
getChatMember chat_id!:chat user_id!:int
getChatAdministrators chat_id!:chat return_bots:bool
getChatMemberCount chat_id!:chat
leaveChat chat_id!:chat
setChatTitle chat_id!:chat title!:str
setChatDescription chat_id!:chat description:str
banChatMember chat_id!:chat user_id!:int until_date:int revoke_messages:bool
unbanChatMember chat_id!:chat user_id!:int only_if_banned:bool
restrictChatMember chat_id!:chat user_id!:int permissions!:ChatPermissions
  use_independent_chat_permissions:bool until_date:int
promoteChatMember chat_id!:chat user_id!:int is_anonymous:bool can_manage_chat:bool can_delete_messages:bool
  can_manage_video_chats:bool can_restrict_members:bool can_promote_members:bool can_change_info:bool
  can_invite_users:bool can_post_stories:bool can_edit_stories:bool can_delete_stories:bool
  can_post_messages:bool can_edit_messages:bool can_pin_messages:bool can_manage_topics:bool
  can_manage_direct_messages:bool can_manage_tags:bool can_send_welcome_messages:bool
createChatInviteLink chat_id!:chat name:str expire_date:int member_limit:int creates_join_request:bool
editChatInviteLink chat_id!:chat invite_link!:str name:str expire_date:int member_limit:int
  creates_join_request:bool
exportChatInviteLink chat_id!:chat
revokeChatInviteLink chat_id!:chat invite_link!:str
approveChatJoinRequest chat_id!:chat user_id!:int
declineChatJoinRequest chat_id!:chat user_id!:int
createForumTopic chat_id!:chat name!:str icon_color:int icon_custom_emoji_id:str
editForumTopic chat_id!:chat message_thread_id!:int name:str icon_custom_emoji_id:str
closeForumTopic chat_id!:chat message_thread_id!:int
reopenForumTopic chat_id!:chat message_thread_id!:int
deleteForumTopic chat_id!:chat message_thread_id!:int
unpinAllForumTopicMessages chat_id!:chat message_thread_id!:int
getFile file_id!:str
getUserProfilePhotos user_id!:int offset:int limit:int
setMessageReaction chat_id!:chat message_id!:int
  reaction:[ReactionTypeEmoji|ReactionTypeCustomEmoji|ReactionTypePaid] is_big:bool
"""

TYPES_TABLE = """
BotCommand command!:str description!:str is_ephemeral:bool
BotCommandScopeAllChatAdministrators type!:=all_chat_administrators
BotCommandScopeAllGroupChats type!:=all_group_chats
BotCommandScopeAllPrivateChats type!:=all_private_chats
BotCommandScopeChat type!:=chat chat_id!:chat
BotCommandScopeChatAdministrators type!:=chat_administrators chat_id!:chat
BotCommandScopeChatMember type!:=chat_member chat_id!:chat user_id!:int
BotCommandScopeDefault type!:=default
ChatAdministratorRights is_anonymous!:bool can_manage_chat!:bool can_delete_messages!:bool
  can_manage_video_chats!:bool can_restrict_members!:bool can_promote_members!:bool can_change_info!:bool
  can_invite_users!:bool can_post_stories!:bool can_edit_stories!:bool can_delete_stories!:bool
  can_post_messages:bool can_edit_messages:bool can_pin_messages:bool can_manage_topics:bool
  can_manage_direct_messages:bool can_manage_tags:bool can_send_welcome_messages!:bool
ChatPermissions can_send_messages:bool can_send_audios:bool can_send_documents:bool can_send_photos:bool
  can_send_videos:bool can_send_video_notes:bool can_send_voice_notes:bool can_send_polls:bool
  can_send_other_messages:bool can_add_web_page_previews:bool can_react_to_messages:bool can_edit_tag:bool
  can_change_info:bool can_invite_users:bool can_pin_messages:bool can_manage_topics:bool
CopyTextButton text!:str
EphemeralMessageParameters receiver_user_id!:int callback_query_id:str replace_callback_query_message:bool
ForceReply force_reply!:bool input_field_placeholder:str selective:bool
InlineKeyboardButton text!:str icon_custom_emoji_id:str style:str url:str callback_data:str
  web_app:WebAppInfo login_url:LoginUrl switch_inline_query:str switch_inline_query_current_chat:str
  switch_inline_query_chosen_chat:SwitchInlineQueryChosenChat copy_text:CopyTextButton callback_game:object
  pay:bool disabled:object
InlineKeyboardMarkup inline_keyboard!:[[InlineKeyboardButton]] force_reply:bool
InputMediaAnimation type!:=animation media!:str thumbnail:str caption:str parse_mode:str
  caption_entities:[MessageEntity] show_caption_above_media:bool width:int height:int duration:int
  has_spoiler:bool
InputMediaAudio type!:=audio media!:str thumbnail:str caption:str parse_mode:str
  caption_entities:[MessageEntity] duration:int performer:str title:str
InputMediaDocument type!:=document media!:str thumbnail:str caption:str parse_mode:str
  caption_entities:[MessageEntity] disable_content_type_detection:bool
InputMediaLivePhoto type!:=live_photo media!:str photo!:str caption:str parse_mode:str
  caption_entities:[MessageEntity] show_caption_above_media:bool has_spoiler:bool
InputMediaPhoto type!:=photo media!:str caption:str parse_mode:str caption_entities:[MessageEntity]
  show_caption_above_media:bool has_spoiler:bool
InputMediaVideo type!:=video media!:str thumbnail:str cover:str start_timestamp:int caption:str
  parse_mode:str caption_entities:[MessageEntity] show_caption_above_media:bool width:int height:int
  duration:int supports_streaming:bool has_spoiler:bool
KeyboardButton text!:str icon_custom_emoji_id:str style:str request_users:KeyboardButtonRequestUsers
  request_chat:KeyboardButtonRequestChat request_managed_bot:KeyboardButtonRequestManagedBot
  request_contact:bool request_location:bool request_poll:KeyboardButtonPollType web_app:WebAppInfo
KeyboardButtonPollType type:str
KeyboardButtonRequestChat request_id!:int chat_is_channel!:bool chat_is_forum:bool chat_has_username:bool
  chat_is_created:bool user_administrator_rights:ChatAdministratorRights
  bot_administrator_rights:ChatAdministratorRights bot_is_member:bool request_title:bool
  request_username:bool request_photo:bool
KeyboardButtonRequestManagedBot request_id!:int suggested_name:str suggested_username:str
KeyboardButtonRequestUsers request_id!:int user_is_bot:bool user_is_premium:bool max_quantity:int
  request_name:bool request_username:bool request_photo:bool
LinkPreviewOptions is_disabled:bool url:str prefer_small_media:bool prefer_large_media:bool
  show_above_text:bool
LoginUrl url!:str forward_text:str bot_username:str request_write_access:bool
MenuButtonCommands type!:=commands
MenuButtonDefault type!:=default
MenuButtonWebApp type!:=web_app text!:str web_app!:WebAppInfo
MessageEntity type!:str offset!:int length!:int url:str user:User language:str custom_emoji_id:str
  unix_time:int date_time_format:str
ReactionTypeCustomEmoji type!:str custom_emoji_id!:str
ReactionTypeEmoji type!:str emoji!:str
ReactionTypePaid type!:str
ReplyKeyboardMarkup keyboard!:[[KeyboardButton]] is_persistent:bool resize_keyboard:bool
  one_time_keyboard:bool input_field_placeholder:str selective:bool force_reply:bool
ReplyKeyboardRemove remove_keyboard!:bool selective:bool
ReplyParameters message_id:int chat_id:chat ephemeral_message_id:int allow_sending_without_reply:bool
  quote:str quote_parse_mode:str quote_entities:[MessageEntity] quote_position:int checklist_task_id:int
  poll_option_id:str
SwitchInlineQueryChosenChat query:str allow_user_chats:bool allow_bot_chats:bool allow_group_chats:bool
  allow_channel_chats:bool
User id!:int is_bot!:bool first_name!:str last_name:str username:str language_code:str is_premium:bool
  added_to_attachment_menu:bool can_join_groups:bool can_read_all_group_messages:bool
  supports_guest_queries:bool supports_inline_queries:bool can_connect_to_business:bool
  has_main_web_app:bool has_topics_enabled:bool allows_users_to_create_topics:bool can_manage_bots:bool
  supports_join_request_queries:bool
WebAppInfo url!:str
"""

# What may be given: least-most, what is measured | what Telegram says (too little / too much) | where it holds.
# "parsed" is counted in characters once the markup is read, "chars" in characters as given.
LIMITS_TABLE = """
1-4096 parsed | message is too long |
  sendMessage.text editMessageText.text
0-1024 parsed | message caption is too long |
  sendPhoto.caption sendDocument.caption sendVoice.caption sendVideo.caption sendAudio.caption
  sendAnimation.caption editMessageCaption.caption copyMessage.caption InputMediaAnimation.caption
  InputMediaAudio.caption InputMediaDocument.caption InputMediaLivePhoto.caption InputMediaPhoto.caption
  InputMediaVideo.caption
0-1024 parsed | message quote is too long |
  ReplyParameters.quote
2-10 items | group send failed: an album holds 2 to 10 files |
  sendMediaGroup.media
1-100 items | message identifiers are not specified / too many message identifiers specified |
  deleteMessages.message_ids forwardMessages.message_ids copyMessages.message_ids
0-100 items | BOT_COMMANDS_TOO_MUCH |
  setMyCommands.commands
1-100 number | limit must be between 1 and 100 |
  getUpdates.limit getUserProfilePhotos.limit
1-100 number | max_connections must be between 1 and 100 |
  setWebhook.max_connections
1-256 chars | secret token is too long |
  setWebhook.secret_token
0-200 chars | MESSAGE_TOO_LONG |
  answerCallbackQuery.text
0-2592000 number | invalid cache_time specified |
  answerCallbackQuery.cache_time
1-64 bytes | BUTTON_DATA_INVALID |
  InlineKeyboardButton.callback_data
1-256 chars | BUTTON_COPY_TEXT_INVALID |
  CopyTextButton.text
1-64 chars | reply markup input field placeholder is invalid |
  ForceReply.input_field_placeholder ReplyKeyboardMarkup.input_field_placeholder
1-10 number | BUTTON_INVALID |
  KeyboardButtonRequestUsers.max_quantity
1-32 chars | command must be non-empty / command length must not exceed 32 |
  BotCommand.command
1-256 chars | command description must be non-empty / command description length must not exceed 256 |
  BotCommand.description
0-64 chars | BOT_TITLE_INVALID |
  setMyName.name
0-512 chars | BOT_DESCRIPTION_INVALID |
  setMyDescription.description
0-120 chars | BOT_SHORT_DESCRIPTION_INVALID |
  setMyShortDescription.short_description
0-1500 number | wrong horizontal accuracy specified |
  sendLocation.horizontal_accuracy
60-86400 number | wrong live location period specified |
  sendLocation.live_period
1-360 number | wrong live location heading specified |
  sendLocation.heading
1-100000 number | wrong live location proximity alert radius specified |
  sendLocation.proximity_alert_radius
0-2048 bytes | VCARD_INVALID |
  sendContact.vcard
1-256 chars | VENUE_TITLE_INVALID |
  sendVenue.title
1-128 chars | title must be non-empty / title is too long |
  setChatTitle.title createForumTopic.name
0-128 chars | title is too long |
  editForumTopic.name
0-255 chars | CHAT_ABOUT_TOO_LONG |
  setChatDescription.description
0-32 chars | INVITE_LINK_NAME_INVALID |
  createChatInviteLink.name editChatInviteLink.name
1-99999 number | USAGE_LIMIT_INVALID |
  createChatInviteLink.member_limit editChatInviteLink.member_limit
"""
FOREVER = 0x7FFFFFFF  # the live period of a location that never ends
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
PHOTO_LIMIT = 10 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
DELETE_WINDOW = 48 * 3600  # seconds
TOPIC_COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
REACTIONS_TABLE = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How little and how much of something may be given, and what Telegram says otherwise."""

    least: int
    most: int
    unit: str
    too_little: str
    too_much: str


def _rows(table: str) -> list[str]:
    rows: list[str] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            rows[-1] += f" {line.strip()}"
        else:
            rows.append(line)
    return rows


def limits(table: str) -> dict[str, Limit]:
    """Read the table of limits: method.parameter or Type.field -> its limit."""
    read: dict[str, Limit] = {}
    for row in _rows(table):
        measure, complaints, names = row.split(" | ")
        span, unit = measure.split()
        least, most = map(int, span.split("-"))
        too_little, _, too_much = complaints.partition(" / ")
        limit = Limit(least=least, most=most, unit=unit, too_little=too_little, too_much=too_much or too_little)
        read |= dict.fromkeys(names.split(), limit)
    return read


def fields(table: str) -> dict[str, dict[str, tuple[str, bool]]]:
    """Read a table above: name -> field -> (type, required)."""
    read: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in _rows(table):
        name, *entries = row.split()
        pairs = (entry.split(":", 1) for entry in entries)
        read[name] = {field.rstrip("!"): (kind, field.endswith("!")) for field, kind in pairs}
    return read
