package simulate

import (
	"strconv"
	"strings"
)

// threadOfChat is a thread of the call's own, or that of the meeting.
func (c *script) threadOfChat(b []byte) []byte {
	if c.thread != "" {
		return append(b, c.thread...)
	}
	b = append(b, "19:"...)
	for i := 60; i >= 0; i -= 4 {
		b = append(b, hexDigits[c.conn.hi>>i&15], hexDigits[c.conn.lo>>i&15])
	}
	return append(b, "@thread.v2"...)
}

// forUser is true of a recipient's own copy of what happened in a chat.
func forUser(k kind) bool {
	return k == chatForUser || k == chatEditedForUser || k == chatDeletedForUser || k == chatThreadForUser
}

func chatRecipient(it *item) *person { return it.c.recipient(int(it.aux)) }

// recipient is the n-th who gets messages of the call's chat.
func (c *script) recipient(n int) *person {
	pool := c.app.externals
	return &pool[(int(c.seed%1000)+n+1)%len(pool)]
}

// chatMembers are those who are in the chat beside the call as it begins.
func (c *script) chatMembers() []*person {
	by := c.chat[0].from
	members := []*person{c.recipient(0)}
	if c.guest != nil {
		members = append(members, c.guest)
	}
	if by != c.guest && by != members[0] {
		members = append(members, by)
	}
	return members
}

// chatData writes a message, or that it was changed: once for the thread, with
// its version as a string, and once for each recipient, with a number.
func chatData(b []byte, it *item) []byte {
	c := it.c
	m := &c.chat[it.idx]
	inThread, changed := !forUser(it.kind), it.kind != chatInThread && it.kind != chatForUser
	b = strconv.AppendInt(append(b, `"messageBody":"On my way","messageId":"`...), m.at, 10)
	b = append(b, `","metadata":{},"type":"Text","version":`...)
	version := m.at
	if changed {
		version = m.edited
	}
	if inThread {
		b = append(strconv.AppendInt(append(b, '"'), version, 10), '"')
	} else {
		b = strconv.AppendInt(b, version, 10)
		b = append(append(b, `,"senderId":"`...), m.from.raw...)
		to := chatRecipient(it)
		b = append(append(b, `","recipientId":"`...), to.raw...)
		b = append(append(b, `","recipientCommunicationIdentifier":{"rawId":"`...), to.raw...)
		b = append(append(b, `","communicationUser":{"id":"`...), to.raw...)
		b = append(b, `"}}`...)
	}
	if changed {
		b = append(append(append(b, `,"`...), orElse(m.deleted, "deleteTime", "editTime")...), `":"`...)
		b = append(appendTime(b, m.edited, ticksZone, 0), '"')
	}
	b = append(append(b, `,"senderDisplayName":"`...), m.name...)
	b = identifier(append(b, `","senderCommunicationIdentifier":`...), m.from)
	b = appendTime(append(b, `,"composeTime":"`...), m.at, millis, 0)
	b = c.threadOfChat(append(b, `","threadId":"`...))
	return append(b, `","transactionId":"foMkntkKS0O/MhMlIE5Aag.1.1.1.1.1004077250.1"`...)
}

// threadData writes that a thread began, with those who are in it.
func threadData(b []byte, it *item) []byte {
	c := it.c
	by, members := c.chat[0].from, c.chatMembers()
	if forUser(it.kind) {
		b = append(append(append(b, `"createdBy":"`...), by.raw...), `",`...)
		b = append(append(append(b, `"recipientId":"`...), members[0].raw...), `","recipientCommunicationIdentifier":`...)
		b = append(append(append(append(identifier(b, members[0]), `,"members":[{"displayName":"`...), by.name...), `","memberId":"`...), by.raw...)
		b = append(b, `"}],`...)
	}
	b = append(identifier(append(b, `"createdByCommunicationIdentifier":`...), by), `,"properties":{"topic":"Care"},"participants":[`...)
	for i, p := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, `{"displayName":"`...), p.called(c.start)...), `","participantCommunicationIdentifier":`...)
		b = append(identifier(b, p), '}')
	}
	b = appendTime(append(b, `],"createTime":"`...), c.chat[0].at, ticksZone, 0)
	b = strconv.AppendInt(append(b, `","version":`...), c.chat[0].at, 10)
	b = c.threadOfChat(append(b, `,"threadId":"`...))
	return append(b, `","transactionId":"gK6+kgANy0O1wchlVKVTJg.1.1.1.1.921436178.1"`...)
}

// identifier writes a CommunicationIdentifierModel.
func identifier(b []byte, p *person) []byte {
	b = append(append(b, `{"rawId":"`...), p.raw...)
	if strings.HasPrefix(p.raw, "8:acs:") {
		b = append(append(b, `","communicationUser":{"id":"`...), p.raw...)
	} else {
		b = append(append(b, `","microsoftTeamsUser":{"cloud":"public","userId":"`...), p.raw[strings.LastIndexByte(p.raw, ':')+1:]...)
	}
	return append(b, `"}}`...)
}
