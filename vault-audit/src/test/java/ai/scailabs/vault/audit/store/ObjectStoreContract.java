package ai.scailabs.vault.audit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises, against a server that plays its vendor. */
public abstract class ObjectStoreContract {
    protected static final String BUCKET = "acme-audit";
    protected static final String TYPE = "application/octet-stream";
    /** Three parts, the last of which is small. */
    private static final int LARGE = 2 * ObjectStore.PART_BYTES + 12_345;

    private final String prefix = UUID.randomUUID().toString();
    private ObjectStore store;

    /** Of the destination. */
    protected abstract String type();

    protected abstract URI endpoint();

    /** The members of a secret. */
    protected abstract String credentials();

    /** What must not come up anywhere. */
    protected abstract String secret();

    /** How many uploads that somebody began the vendor lets others find. */
    protected abstract int abandonedUploadsFound();

    protected ObjectStore at(String bucket, URI endpoint, StoreTimes times) {
        return StoreSetup.open(StoreSetup.destination(type(), bucket, prefix, endpoint), credentials(), times);
    }

    protected ObjectStore store() {
        return store;
    }

    @BeforeEach
    void open() {
        store = at(BUCKET, endpoint(), StoreSetup.QUICK);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void smallObject_isThereAsItWasPut() throws Exception {
        byte[] content = StoreSetup.bytes(1_000, 1);
        ObjectName name = new ObjectName("exp_1/manifest.json");
        StoredObject stored = store.put(name, "application/json", content, null);
        assertThat(stored.bytes()).isEqualTo(1_000);
        assertThat(stored.sha256()).contains(sha256(content));
        assertThat(store.find(name)).contains(stored);
        assertThat(read(name)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, ObjectStore.PART_BYTES - 1, ObjectStore.PART_BYTES, ObjectStore.PART_BYTES + 1, LARGE})
    void uploadOfAnySize_isThereAsItWasWritten(int size) throws Exception {
        byte[] content = StoreSetup.bytes(size, size);
        ObjectName name = new ObjectName("size=" + size);
        StoredObject stored = upload(name, content);
        assertThat(stored.bytes()).isEqualTo(size);
        assertThat(stored.sha256()).contains(sha256(content));
        assertThat(store.find(name))
                .hasValueSatisfying(found -> assertThat(found.bytes()).isEqualTo(size));
        assertThat(read(name)).isEqualTo(content);
    }

    @Test
    void compressedStream_isStoredCompressed_andReadBackAsItIs() throws Exception {
        ObjectName name = new ObjectName("entries-000001.jsonl.gz");
        byte[] content = StoreSetup.bytes(100_000, 7);
        try (ObjectUpload upload = store.create(name, "application/gzip", null)) {
            GZIPOutputStream gzip = new GZIPOutputStream(upload);
            gzip.write(content);
            gzip.finish();
            upload.complete();
        }
        try (InputStream in = new GZIPInputStream(store.read(name))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void uploadThatIsNotCompleted_isNeverSeen() throws Exception {
        ObjectName name = new ObjectName("half");
        ObjectUpload upload = store.create(name, TYPE, null);
        upload.write(StoreSetup.bytes(LARGE, 1));
        assertThat(store.find(name)).isEmpty();
        upload.close();
        upload.close();
        assertThat(store.find(name)).isEmpty();
        assertThatThrownBy(() -> store.read(name).readAllBytes()).satisfies(failedWith(StoreFailure.OBJECT_MISSING));
        assertThatThrownBy(upload::complete).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> upload.write(1)).isInstanceOf(IllegalStateException.class);
        assertThat(store.abandonUploads("")).isZero();
        byte[] other = StoreSetup.bytes(10, 2);
        upload(name, other);
        assertThat(read(name)).isEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, LARGE})
    void sameAgain_isASuccess(int size) throws Exception {
        ObjectName name = new ObjectName("again-" + size);
        byte[] content = StoreSetup.bytes(size, 3);
        StoredObject first = upload(name, content);
        assertThat(upload(name, content)).isEqualTo(first);
        assertThat(read(name)).isEqualTo(content);
    }

    @Test
    void sameSmallObjectAgain_isASuccess_andAnotherAConflict() throws Exception {
        ObjectName name = new ObjectName("manifest.json");
        byte[] content = StoreSetup.bytes(500, 1);
        StoredObject first = store.put(name, TYPE, content, null);
        assertThat(store.put(name, TYPE, content, null)).isEqualTo(first);
        assertThatThrownBy(() -> store.put(name, TYPE, StoreSetup.bytes(500, 2), null))
                .satisfies(failedWith(StoreFailure.CONFLICT));
        assertThat(read(name)).isEqualTo(content);
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "10, 11", LARGE + ", " + LARGE, LARGE + ", 10", "10, " + LARGE})
    void otherContent_isAConflict_andWhatIsThereStays(int size, int otherSize) throws Exception {
        ObjectName name = new ObjectName("conflict-" + size + "-" + otherSize);
        byte[] content = StoreSetup.bytes(size, 4);
        upload(name, content);
        assertThatThrownBy(() -> upload(name, StoreSetup.bytes(otherSize, 5)))
                .satisfies(failedWith(StoreFailure.CONFLICT));
        assertThat(read(name)).isEqualTo(content);
    }

    /** Nobody's note of what is there is believed: its bytes are. */
    @Test
    protected void completedByTwoAtOnce_isOneOfThem_andTheOtherIsToldSo() throws Exception {
        race(new ObjectName("raced"));
    }

    protected final void race(ObjectName name) throws Exception {
        List<Callable<String>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] content = StoreSetup.bytes(2_000, i % 2);
            writers.add(() -> {
                try {
                    return store.put(name, TYPE, content, null).sha256().orElseThrow();
                } catch (StoreException lost) {
                    return lost.failure().code();
                }
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> outcomes = new ArrayList<>();
            for (Future<String> outcome : threads.invokeAll(writers)) {
                outcomes.add(outcome.get());
            }
            String winner = sha256(read(name));
            assertThat(outcomes).containsExactlyInAnyOrder(winner, winner, "conflict", "conflict");
        }
    }

    @Test
    void uploadThatWasOvertaken_isAConflict_andWhatIsThereStays() throws Exception {
        ObjectName name = new ObjectName("overtaken");
        byte[] first = StoreSetup.bytes(10, 6);
        try (ObjectUpload slow = store.create(name, TYPE, null)) {
            slow.write(StoreSetup.bytes(100, 7));
            store.put(name, TYPE, first, null);
            assertThatThrownBy(slow::complete).satisfies(failedWith(StoreFailure.CONFLICT));
        }
        assertThat(read(name)).isEqualTo(first);
    }

    @Test
    void sameNameBelowAnotherPrefix_isAnotherObject() throws Exception {
        try (ObjectStore other = StoreSetup.open(
                StoreSetup.destination(type(), BUCKET, prefix + "-other", endpoint()),
                credentials(),
                StoreSetup.QUICK)) {
            ObjectName name = new ObjectName("same");
            store.put(name, TYPE, new byte[] {1}, null);
            assertThat(other.find(name)).isEmpty();
            other.put(name, TYPE, new byte[] {2}, null);
            assertThat(read(name)).isEqualTo(new byte[] {1});
        }
    }

    @Test
    void whatIsNotThere_isNotFound() throws Exception {
        assertThat(store.find(new ObjectName("nothing"))).isEmpty();
        assertThatThrownBy(() -> store.read(new ObjectName("nothing")).readAllBytes())
                .satisfies(failedWith(StoreFailure.OBJECT_MISSING));
    }

    @Test
    void missingBucket_isToldAsSuch() {
        try (ObjectStore nowhere = at("no-such-bucket", endpoint(), StoreSetup.QUICK)) {
            ObjectName name = new ObjectName("any");
            assertThatThrownBy(() -> nowhere.find(name)).satisfies(failedWith(StoreFailure.BUCKET_MISSING));
            assertThatThrownBy(() -> nowhere.put(name, TYPE, new byte[1], null))
                    .satisfies(failedWith(StoreFailure.BUCKET_MISSING));
            assertThatThrownBy(() -> nowhere.create(name, TYPE, null))
                    .satisfies(failedWith(StoreFailure.BUCKET_MISSING));
        }
    }

    @Test
    void serverThatIsDown_isUnavailableInTime() throws Exception {
        URI nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create(
                    "http://127.0.0.1:" + taken.getLocalPort() + endpoint().getRawPath());
        }
        try (ObjectStore down = at(BUCKET, nobody, StoreSetup.IMPATIENT)) {
            failsInTime(down, StoreFailure.UNAVAILABLE);
        }
    }

    @Test
    void serverThatHangs_isUnavailableInTime() throws Exception {
        try (Relay relay = new Relay(endpoint());
                ObjectStore slow = at(BUCKET, relay.endpoint(), StoreSetup.IMPATIENT)) {
            relay.hangs();
            failsInTime(slow, StoreFailure.UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @CsvSource({"500, UNAVAILABLE", "503, UNAVAILABLE", "429, THROTTLED"})
    void faultOrThrottling_isTriedAgain_butNotWithoutEnd(int status, StoreFailure failure) throws Exception {
        try (Relay relay = new Relay(endpoint());
                ObjectStore shaky = at(BUCKET, relay.endpoint(), StoreSetup.QUICK)) {
            ObjectName name = new ObjectName("shaky-" + status);
            relay.answersFor(StoreSetup.QUICK.tries() - 1, status, "", "");
            shaky.put(name, TYPE, new byte[] {1}, null);
            assertThat(relay.connections()).isGreaterThan(StoreSetup.QUICK.tries());
            relay.answers(status, "", "");
            failsInTime(shaky, failure);
            assertThat(relay.connections()).isLessThanOrEqualTo(2 * StoreSetup.QUICK.tries());
        }
    }

    @Test
    void answerThatWasLost_isNoConflictWithOneself() throws Exception {
        try (Relay relay = new Relay(endpoint());
                ObjectStore shaky = at(BUCKET, relay.endpoint(), StoreSetup.QUICK)) {
            byte[] content = StoreSetup.bytes(300, 8);
            relay.losesTheFirstAnswer();
            ObjectName name = new ObjectName("lost");
            shaky.put(name, TYPE, content, null);
            assertThat(relay.connections()).isGreaterThan(1);
            assertThat(read(name)).isEqualTo(content);
        }
    }

    /** Some libraries go on where it broke off: then it is whole. */
    @Test
    void objectThatBreaksOff_isAnErrorOrWhole_neverShort() throws Exception {
        ObjectName name = new ObjectName("broken");
        byte[] content = StoreSetup.bytes(400_000, 9);
        store.put(name, TYPE, content, null);
        try (Relay relay = new Relay(endpoint());
                ObjectStore shaky = at(BUCKET, relay.endpoint(), StoreSetup.IMPATIENT)) {
            relay.breaksOffAfter(100_000);
            byte[] read = content;
            try (InputStream in = shaky.read(name)) {
                read = in.readAllBytes();
            } catch (StoreException broken) {
                assertThat(broken.failure()).isEqualTo(StoreFailure.UNAVAILABLE);
            }
            assertThat(read).isEqualTo(content);
            relay.breaksOffAfter(300);
            assertThatThrownBy(() -> {
                        try (InputStream in = shaky.read(name)) {
                            in.readAllBytes();
                        }
                    })
                    .satisfies(failedWith(StoreFailure.UNAVAILABLE));
        }
    }

    @Test
    void endpointInside_isRefused_beforeAnythingIsConnected() throws Exception {
        try (Relay relay = new Relay(endpoint());
                ObjectStore guarded = StoreSetup.openGuarded(
                        StoreSetup.destination(
                                type(),
                                BUCKET,
                                "",
                                URI.create(
                                        "https://127.0.0.1:" + relay.endpoint().getPort()
                                                + endpoint().getRawPath())),
                        credentials());
                ObjectStore plain = StoreSetup.openGuarded(
                        StoreSetup.destination(type(), BUCKET, "", relay.endpoint()), credentials())) {
            failsInTime(guarded, StoreFailure.ENDPOINT_REFUSED);
            failsInTime(plain, StoreFailure.ENDPOINT_REFUSED);
            assertThat(relay.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirect_carriesNothingAnywhere(int status) throws Exception {
        try (Relay elsewhere = new Relay(endpoint());
                Relay relay = new Relay(endpoint());
                ObjectStore redirected = at(BUCKET, relay.endpoint(), StoreSetup.IMPATIENT)) {
            relay.answers(status, "Location: " + elsewhere.endpoint() + "/any\r\n", "");
            assertThatThrownBy(() -> redirected.put(new ObjectName("any"), TYPE, new byte[1], null))
                    .isInstanceOf(StoreException.class);
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void errors_holdNothingSecret() throws Exception {
        try (Relay relay = new Relay(endpoint());
                ObjectStore refused = at(BUCKET, relay.endpoint(), StoreSetup.QUICK)) {
            for (int status : new int[] {400, 403, 500}) {
                relay.answers(status, "x-ms-error-code: " + secret() + "\r\n", secret());
                assertThatThrownBy(() -> refused.put(new ObjectName("any"), TYPE, new byte[1], null))
                        .isInstanceOfSatisfying(StoreException.class, e -> {
                            assertThat(e.getCause()).isNull();
                            assertThat(e.getSuppressed()).isEmpty();
                            assertThat(e + e.getMessage() + e.trace() + refused + refused.location())
                                    .doesNotContain(secret());
                        });
            }
        }
    }

    @Test
    void hundredMegabytes_passThroughASmallHeap() throws Exception {
        try (UploadProcess process =
                UploadProcess.start(type(), BUCKET, endpoint(), credentials(), prefix + "/large", 100, true)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < 1_600; i++) {
                digest.update(UploadProcess.block(i));
            }
            assertThat(process.line())
                    .isEqualTo(104_857_600 + " " + HexFormat.of().formatHex(digest.digest()));
        }
        assertThat(store.find(new ObjectName("large")))
                .hasValueSatisfying(found -> assertThat(found.bytes()).isEqualTo(104_857_600));
    }

    @Test
    void killedUpload_leavesNothingThatIsSeen_andIsDoneAgain() throws Exception {
        try (UploadProcess process =
                UploadProcess.start(type(), BUCKET, endpoint(), credentials(), prefix + "/killed", 20, false)) {
            assertThat(process.line()).isEqualTo("sent");
            process.kill();
        }
        ObjectName name = new ObjectName("killed");
        assertThat(store.find(name)).isEmpty();
        assertThat(store.abandonUploads("killed")).isEqualTo(abandonedUploadsFound());
        assertThat(store.abandonUploads("killed")).isZero();
        byte[] content = StoreSetup.bytes(LARGE, 10);
        upload(name, content);
        assertThat(read(name)).isEqualTo(content);
    }

    private void failsInTime(ObjectStore failing, StoreFailure failure) {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> failing.find(new ObjectName("any"))).satisfies(failedWith(failure));
        assertThatThrownBy(() -> failing.put(new ObjectName("any"), TYPE, new byte[1], null))
                .satisfies(failedWith(failure));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }

    protected StoredObject upload(ObjectName name, byte[] content) throws StoreException {
        try (ObjectUpload upload = store.create(name, TYPE, null)) {
            for (int from = 0; from < content.length; from += 100_000) {
                upload.write(content, from, Math.min(100_000, content.length - from));
            }
            return upload.complete();
        }
    }

    protected byte[] read(ObjectName name) throws Exception {
        try (InputStream in = store.read(name)) {
            return in.readAllBytes();
        }
    }

    protected static Consumer<Throwable> failedWith(StoreFailure failure) {
        return thrown -> {
            assertThat(thrown).isInstanceOf(StoreException.class);
            assertThat(((StoreException) thrown).failure())
                    .as(((StoreException) thrown).trace())
                    .isEqualTo(failure);
        };
    }

    protected static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
