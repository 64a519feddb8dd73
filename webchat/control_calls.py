"""The calls of the control API and the fields each takes, as data; what a call does is in the module of its kind."""

from webchat.errors import Refused

CALLS_TABLE = """
POST /people name id username language avatar elder note phone deactivated
GET /people
POST /groups title members id kind forum bot
POST /groups/{group}/members add remove
POST /groups/{group}/migrate
POST /groups/{group}/kick-bot bot
POST /groups/{group}/add-bot bot admin rights
GET /chats person
GET /messages person chat bot since after before wait limit read
GET /changes since wait
POST /say person chat bot reply_to topic once text
POST /photo person chat bot reply_to topic once data sample caption count
POST /voice person chat bot reply_to topic once seconds data mime
POST /document person chat bot reply_to topic once name data caption mime
POST /video person chat bot reply_to topic data caption
POST /sticker person chat bot reply_to topic sample
POST /location person chat bot reply_to topic once latitude longitude
POST /contact person chat bot reply_to topic once phone name
POST /edit person chat bot message text
POST /react person chat bot message emoji
POST /press person chat bot message data label wait phone
POST /follow person bot link
POST /join person link
POST /block person chat bot blocked
POST /faults kind bot chat method times seconds retry_after
GET /faults
DELETE /faults
DELETE /faults/{fault}
POST /limits per_second per_chat_per_second per_group_per_minute
POST /privacy bot on
POST /duplicate bot update_id
POST /inject bot update
GET /requests after method wait
GET /updates bot
GET /bots
GET /samples
POST /clock url now zone
GET /clock
POST /clock/advance seconds
POST /reset bots
POST /tour stories
GET /tour
POST /doors title doors
GET /doors
POST /restart
"""

CALLS: dict[tuple[str, str], list[str]] = {
    (verb, path): fields for verb, path, *fields in (line.split() for line in CALLS_TABLE.strip().splitlines())
}


def check_fields(verb: str, path: str, given: list[str]) -> None:
    """Refused where a call is given a field that it does not take: a word misspelt must not do something else."""
    unknown = [name for name in given if name not in CALLS[verb, path]]
    if unknown:
        takes = ", ".join(CALLS[verb, path]) or "nothing"
        raise Refused(f"{verb} {path} has no field {unknown[0][:64]}; it takes {takes}")
