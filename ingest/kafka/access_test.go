package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"

	"rollcall/ingest/kafka/kafkatest"
)

func TestReadsOverTLSAndSASL(t *testing.T) {
	cert, caFile := selfSigned(t)
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			f := kafkatest.StartFake(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "$ConnectionString", "Endpoint=sb://x/"),
				kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}), kfake.SeedTopics(1, "t"))
			cfg := quick(f.Brokers, "t")
			cfg.TLS = TLSConfig{Enabled: true, CAFile: caFile}
			cfg.SASL = SASLConfig{Mechanism: strings.ToLower(mechanism), Username: "$ConnectionString", Password: "Endpoint=sb://x/"}
			c, err := NewClient(cfg.ClientConfig)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			produce(t, c, "t", 0, "v")
			s := newStore()
			start(t, cfg, &member{store: s})
			s.await(t, "the message", func() bool { return s.count() == 1 })

			cfg.SASL.Password = "wrong"
			bad, err := NewClient(cfg.ClientConfig)
			if err != nil {
				t.Fatal(err)
			}
			defer bad.Close()
			if err := bad.Check(t.Context(), []string{"t"}); err == nil || strings.Contains(err.Error(), "wrong") {
				t.Errorf("a wrong password: %v", err)
			}
		})
	}
}

// selfSigned makes a certificate for this host and a file to trust it by.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// Event Hubs speaks old versions, without topic ids.
func TestReadsFromBrokersOfOldVersions(t *testing.T) {
	for name, v := range map[string]*kversion.Versions{"1.0": kversion.V1_0_0(), "2.0": kversion.V2_0_0(), "2.8": kversion.V2_8_0()} {
		t.Run(name, func(t *testing.T) {
			f := kafkatest.StartFake(t, kfake.MaxVersions(v), kfake.SeedTopics(2, "t"))
			c := client(t, f.Brokers)
			produce(t, c, "t", 0, "a")
			produce(t, c, "t", 1, "b")
			s := newStore()
			var ids []uuid.UUID
			start(t, quick(f.Brokers, "t"), &member{store: s, onAssigned: func(claims []*Claim) {
				for _, cl := range claims {
					ids = append(ids, cl.TopicID)
				}
			}})
			s.await(t, "both", func() bool { return s.count() == 2 })
			if known := ids[0] != uuid.Nil; known != (name == "2.8") {
				t.Errorf("topic id %v", ids[0])
			}
		})
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	f := kafkatest.StartFake(t, kfake.SeedTopics(1, "there"))
	c := client(t, f.Brokers)
	if err := c.Check(t.Context(), []string{"there"}); err != nil {
		t.Error(err)
	}
	err := c.Check(t.Context(), []string{"there", "typo", "other"})
	if err == nil || !strings.Contains(err.Error(), `"typo"`) || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("missing topics: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := client(t, []string{addr}).Check(ctx, nil); err == nil || !strings.Contains(err.Error(), addr) {
		t.Errorf("no broker: %v", err)
	}
}

func TestValidateNamesEveryProblem(t *testing.T) {
	if err := quick([]string{"localhost:9092"}, "t").Validate(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	cfg := Config{ClientConfig: ClientConfig{
		Brokers: []string{"nohost"}, SASL: SASLConfig{Mechanism: "gssapi"}, TLS: TLSConfig{CertFile: "x"},
	}, Topics: []string{"a b", "t", "t"}, StartAt: "now"}
	err := cfg.Validate()
	for _, key := range []string{"brokers", "sasl.mechanism", "tls.key_file", "tls.enabled", "dial_timeout", "request_timeout", "idle_timeout",
		"group", `topics: "a b"`, `topics: "t" is named twice`, "start_at", "heartbeat_interval", "rebalance_timeout", "join_backoff",
		"max_wait", "min_bytes", "max_bytes", "partition_max_bytes", "watch_interval", "commit_interval"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s is not named", key)
		}
	}
	cfg.SASL.Password = "geheim"
	if s := fmt.Sprint(cfg.SASL, cfg.SASL.LogValue()); strings.Contains(s, "geheim") {
		t.Errorf("the password shows: %s", s)
	}
}

func TestProduceSplitsAndSendsLargeMessagesAlone(t *testing.T) {
	f := kafkatest.StartFake(t, kfake.BrokerConfigs(map[string]string{"message.max.bytes": "20971520"}))
	c := client(t, f.Brokers)
	createTopic(t, c, "t", 1)
	createTopic(t, c, "t", 1) // once more is fine
	large := strings.Repeat("x", 16<<20)
	offsets := produce(t, c, "t", 0, "a", large, "b", strings.Repeat("y", 800_000), strings.Repeat("z", 800_000))
	if want := "[0 1 2 3 4]"; fmt.Sprint(offsets) != want {
		t.Errorf("offsets %v, want %s", offsets, want)
	}
	s := newStore()
	start(t, quick(f.Brokers, "t"), &member{store: s})
	s.await(t, "all", func() bool { return s.count() == 5 })
	if got := s.inOrder("t", 0)[1]; got != large {
		t.Errorf("the large message came as %d bytes", len(got))
	}
	small := kafkatest.StartFake(t, kfake.SeedTopics(1, "t"))
	if _, err := client(t, small.Brokers).Produce(t.Context(), DefaultProduceConfig(), "t", 0, []Message{{Value: []byte(large)}}); err == nil {
		t.Error("a message above the broker's limit was taken")
	}
}

func TestDamagedLogEndsRun(t *testing.T) {
	b := testBatch{values: []string{"a", "b"}}.bytes()
	b[len(b)-1] ^= 1
	f := kafkatest.StartFake(t, kfake.SeedTopics(1, "t"), kfake.SyntheticFetch(kfake.SyntheticBatch{Batch: b}))
	err := start(t, quick(f.Brokers, "t"), &member{store: newStore()}).wait(t)
	if err == nil || !strings.Contains(err.Error(), "topic t partition 0 offset 0: corrupt record batch") {
		t.Errorf("Run: %v", err)
	}
}

func TestBalancerIsEvenOverSmallTopics(t *testing.T) {
	members := groupMembers("m1", "a", "b", "c", "d").and("m2", "a", "b", "c", "d").and("m3", "d")
	got := balancer{}.AssignGroups(members, partitions("a", 1, "b", 1, "c", 1, "d", 3))
	if n1, n2, n3 := held(got["m1"]), held(got["m2"]), held(got["m3"]); n1 != 2 || n2 != 2 || n3 != 2 {
		t.Errorf("m1 %d, m2 %d, m3 %d partitions; want 2 each: %v", n1, n2, n3, got)
	}
	if len(got["m3"]["a"]) > 0 {
		t.Error("m3 got a topic that it does not read")
	}
}

type memberList []kafkago.GroupMember

func groupMembers(id string, topics ...string) memberList { return memberList{}.and(id, topics...) }

func (l memberList) and(id string, topics ...string) memberList {
	return append(l, kafkago.GroupMember{ID: id, Topics: topics})
}

// partitions takes pairs of a topic and its number of partitions.
func partitions(pairs ...any) []kafkago.Partition {
	var out []kafkago.Partition
	for i := 0; i < len(pairs); i += 2 {
		for p := range pairs[i+1].(int) {
			out = append(out, kafkago.Partition{Topic: pairs[i].(string), ID: p})
		}
	}
	return out
}

func held(topics map[string][]int) int {
	n := 0
	for _, ps := range topics {
		n += len(ps)
	}
	return n
}
