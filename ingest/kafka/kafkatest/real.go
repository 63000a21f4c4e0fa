package kafkatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// Real is an Apache Kafka broker (KRaft, one node) in a process of its own. Its
// addresses and data outlive Stop, Kill and Start.
type Real struct {
	Brokers []string

	t    testing.TB
	dir  string
	libs string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// startLimit is how long a broker may take to answer; 5 s is usual on two cores.
const startLimit = 5 * time.Minute

// StartReal starts a broker and ends it with the test. Without Java or the
// broker's libraries (fetched by .ci/fetch-kafka.sh, or found in
// $ROLLCALL_KAFKA_LIBS) the test is skipped, or fails where CI is "true".
// Extra lines go into server.properties.
func StartReal(t testing.TB, properties ...string) *Real {
	t.Helper()
	libs, err := findLibs()
	if err == nil {
		_, err = exec.LookPath("java")
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("a real Kafka is demanded in CI: %v", err)
		}
		t.Skipf("no real Kafka here: %v", err)
	}
	ports, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	r := &Real{t: t, dir: t.TempDir(), libs: libs, Brokers: []string{"127.0.0.1:" + ports[0]}}
	if err := r.format(ports, properties); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Kill)
	r.Start()
	return r
}

// Pid is the id of the broker's process.
func (r *Real) Pid() int { return r.cmd.Process.Pid }

// findLibs returns the folder of the broker's jar files.
func findLibs() (string, error) {
	if dir := os.Getenv("ROLLCALL_KAFKA_LIBS"); dir != "" {
		return dir, hasKafka(dir)
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			dir = filepath.Join(dir, ".cache", "kafka", "libs")
			return dir, hasKafka(dir)
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("go.mod not found above the test")
		}
	}
}

func hasKafka(dir string) error {
	jars, err := filepath.Glob(filepath.Join(dir, "kafka_2.13-*.jar"))
	if err == nil && len(jars) == 0 {
		err = fmt.Errorf("no kafka_2.13-*.jar in %s: run .ci/fetch-kafka.sh", dir)
	}
	return err
}

// freePorts returns ports that were free a moment ago. They are held together,
// so that they differ.
func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}

const properties = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:%[2]s
listeners=PLAINTEXT://127.0.0.1:%[1]s,CONTROLLER://127.0.0.1:%[2]s
advertised.listeners=PLAINTEXT://127.0.0.1:%[1]s
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=%[3]s
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=20971520
log.cleaner.dedupe.buffer.size=4194304
`

// format writes the configuration and prepares the storage folder.
func (r *Real) format(ports, extra []string) error {
	conf := fmt.Sprintf(properties, ports[0], ports[1], filepath.Join(r.dir, "data"))
	for _, line := range extra {
		conf += line + "\n"
	}
	if err := os.WriteFile(r.config(), []byte(conf), 0o600); err != nil {
		return err
	}
	// Without a log4j2 file the broker logs nothing but errors, to its output.
	out, err := r.java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", r.config()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("formatting Kafka's storage: %w\n%s", err, out)
	}
	return nil
}

func (r *Real) config() string { return filepath.Join(r.dir, "server.properties") }

// java is a short-lived JVM: fast to start, small.
func (r *Real) java(args ...string) *exec.Cmd {
	flags := []string{"-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", filepath.Join(r.libs, "*")}
	cmd := exec.Command("java", append(flags, args...)...)
	cmd.Dir = r.dir
	return cmd
}

// Start starts the broker and waits until it answers.
func (r *Real) Start() {
	r.t.Helper()
	out, err := os.OpenFile(filepath.Join(r.dir, "output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer out.Close() // the process has its own handle
	r.cmd = r.java("kafka.Kafka", r.config())
	r.cmd.Stdout, r.cmd.Stderr = out, out
	if err := r.cmd.Start(); err != nil {
		r.t.Fatalf("starting Kafka: %v", err)
	}
	r.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(r.cmd, r.done)
	if err := r.await(); err != nil {
		r.t.Fatalf("Kafka did not come up: %v\n%s", err, r.output())
	}
}

// await polls until the broker says that it is its cluster's.
func (r *Real) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := r.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-r.done:
			return errors.New("the process ended")
		case <-tick.C:
		}
	}
}

func (r *Real) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := (&kafka.Dialer{}).DialContext(ctx, "tcp", r.Brokers[0])
	if err != nil {
		return err
	}
	defer conn.Close()
	brokers, err := conn.Brokers()
	if err == nil && len(brokers) == 0 {
		err = errors.New("the broker has not registered yet")
	}
	return err
}

// Stop ends the broker in order, as a restart for maintenance does.
func (r *Real) Stop() { r.end(syscall.SIGTERM) }

// Kill ends the broker at once, as a crash does.
func (r *Real) Kill() { r.end(syscall.SIGKILL) }

func (r *Real) end(sig syscall.Signal) {
	if r.cmd == nil || r.cmd.Process == nil {
		return
	}
	_ = r.cmd.Process.Signal(sig)
	select {
	case <-r.done:
	case <-time.After(startLimit):
		_ = r.cmd.Process.Kill()
		<-r.done
	}
	r.cmd = nil
}

// output is the end of what the broker printed.
func (r *Real) output() []byte {
	b, _ := os.ReadFile(filepath.Join(r.dir, "output"))
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return bytes.TrimSpace(b)
}
