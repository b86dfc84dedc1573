// Package queue looks at services that pass messages on between programs: MQTT,
// AMQP, Kafka and NATS. It subscribes to nothing, and sends no message.
package queue

import (
	"context"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at whether services that pass messages on (MQTT, AMQP, Kafka, NATS) do so in clear, and whom they let in. It subscribes to nothing and sends no message.

MQTT is sent "` + sayRefused + `", which every broker refuses. Only where the engagement names the test ` + testMQTT + ` for the host, it is sent "` + sayConnect + `" in its place, and "` + sayDisconnect + `" if that is accepted. AMQP is sent its "` + sayHeader + `", and says with what proofs of who one is it can be used. Kafka is sent "` + sayVersions + `" and "` + sayMetadata + `", which names no topic. NATS speaks by itself; where it offers TLS, each further connection sends one TLS hello: ` + tls.Offers + `. Where TLS is spoken at a usual port of the others, they are asked the same within a "` + talk.SayHandshake + `".

Discovery sends silent services "` + sayRefused + `", the "` + sayHeader + `" and "` + sayVersions + `".`

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	access     = "access"
	loginClear = "login.clear"
)

// Probe looks at services that pass messages on.
var Probe = probe.Probe{
	Name:    "queue",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{
		{Service: "mqtt", Say: sayRefused, Send: refused(), Ports: []uint16{1883}, Fits: func(b []byte) bool { _, ok := acknowledged(b); return ok }},
		{Service: "amqp", Say: sayHeader, Send: []byte(header), Ports: []uint16{5672}, Fits: fitsAMQP},
		{Service: "kafka", Say: sayVersions, Send: versions(), Ports: []uint16{9092}, Fits: fitsKafka},
	},
}

// plan looks at each of the services, within TLS where they usually are.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	return slices.Concat(
		talk.PlanWithin("mqtt", "8883")(t, f), talk.PlanWithin("amqp", "5671")(t, f),
		talk.PlanWithin("kafka", "9093")(t, f), talk.Plan("nats")(t, f))
}

func look(ctx context.Context, l *talk.Look) error {
	if !l.InTLS {
		l.Asked = []string{encryption}
	}
	switch l.Seen.Service {
	case "mqtt":
		return lookMQTT(ctx, l)
	case "amqp":
		return lookAMQP(ctx, l)
	case "kafka":
		return lookKafka(ctx, l)
	}
	return lookNATS(ctx, l)
}
