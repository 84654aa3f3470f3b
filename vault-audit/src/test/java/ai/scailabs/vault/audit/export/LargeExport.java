package ai.scailabs.vault.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.StoreSetup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A million entries, exported by a process with a bounded heap that is killed on the way, and read again without anything of what wrote them. Subclasses bring the store.
 */
public abstract class LargeExport {
    protected static final String BUCKET = "acme-large";

    private static final int ENTRIES = 1_000_000;
    private static final int CHUNK = 100_000;
    private static final JsonMapper JSON = JsonMapper.shared();

    private static ExportSetup shared;

    protected abstract String type();

    protected abstract URI endpoint();

    protected abstract String credentials();

    /** @param names of all objects, below the bucket */
    protected abstract void inspect(List<String> names, boolean allLocked) throws Exception;

    private static synchronized ExportSetup loaded() throws Exception {
        if (shared == null) {
            ExportSetup setup = new ExportSetup();
            setup.terms = new ExportTerms(CHUNK, Duration.ofMinutes(5), Duration.ZERO, Duration.ofHours(1));
            long begin = System.nanoTime();
            for (int i = 0; i < ENTRIES; i += CHUNK) {
                setup.append(i + 1, i + CHUNK, 0.001, ENTRIES);
            }
            setup.superuser("vacuum analyze audit_log");
            long loaded = System.nanoTime();
            setup.sequencer.run();
            System.out.printf(
                    "loaded %,d entries in %.1f s, sequenced in %.1f s%n",
                    ENTRIES, (loaded - begin) / 1e9, (System.nanoTime() - loaded) / 1e9);
            shared = setup;
        }
        return shared;
    }

    @Test
    void millionEntries_killedOnTheWay_areAllThere_andProven() throws Exception {
        ExportSetup setup = loaded();
        Export export = setup.create(ExportSetup.whole(StoreSetup.destination(type(), BUCKET, "", endpoint())));
        setup.sequencer.run();
        long begin = System.nanoTime();
        try (ExportProcess first = ExportProcess.start(setup, credentials())) {
            awaitPast(setup, export, first, 3 * CHUNK);
        }
        long killed = System.nanoTime();
        Export seen = setup.service().find(ExportSetup.TENANT, export.id());
        try (ExportProcess second = ExportProcess.start(setup, credentials())) {
            awaitEnd(setup, export, second);
        }
        long end = System.nanoTime();

        Export done = setup.service().find(ExportSetup.TENANT, export.id());
        assertThat(done.state().failure()).isNull();
        assertThat(done.state().status()).isEqualTo(ExportStatus.COMPLETED);
        assertThat(done.state().totals().entries()).isGreaterThanOrEqualTo(ENTRIES);
        List<ExportedFile> files = setup.service().files(done, 1_000);
        System.out.printf(
                "%s: killed at %,d after %.1f s; then %,d entries, %,d bytes, in %.1f s: %,.0f entries a second%n",
                type(),
                seen.state().part().next(),
                (killed - begin) / 1e9,
                done.state().totals().entries() - seen.state().part().next(),
                done.state().totals().bytes(),
                (end - killed) / 1e9,
                (done.state().totals().entries() - seen.state().part().next()) / ((end - killed) / 1e9));
        try (ObjectStore store = StoreSetup.open(
                StoreSetup.destination(type(), BUCKET, "", endpoint()), credentials(), StoreSetup.QUICK)) {
            verify(store, done);
        }
        inspect(
                files.stream().map(file -> done.id() + "/" + file.name()).toList(),
                files.stream().allMatch(ExportedFile::locked));
    }

    private static void awaitPast(ExportSetup setup, Export export, ExportProcess process, long index) {
        while (setup.service()
                        .find(ExportSetup.TENANT, export.id())
                        .state()
                        .part()
                        .next()
                < index) {
            assertThat(process.isAlive()).isTrue();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    private static void awaitEnd(ExportSetup setup, Export export, ExportProcess process) {
        while (setup.service()
                .find(ExportSetup.TENANT, export.id())
                .state()
                .status()
                .isOpen()) {
            assertThat(process.isAlive()).isTrue();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Line by line: the hash of each entry is the next that the proof has, and the proof gives the root that was signed. */
    private static void verify(ObjectStore store, Export export) throws Exception {
        JsonNode manifest = JSON.readTree(ReadExport.bytes(store, export.id(), ExportedFile.MANIFEST));
        Frontier folded = new Frontier();
        long entries = 0;
        try (Lines proof = new Lines(store, export, manifest.get("proof"))) {
            byte[] hashes = {};
            int at = 0;
            for (JsonNode file : manifest.get("files")) {
                try (Lines lines = new Lines(store, export, file)) {
                    for (String line = lines.next(); line != null; line = lines.next()) {
                        while (at == hashes.length / TreeHash.LENGTH) {
                            JsonNode step = JSON.readTree(proof.next());
                            hashes = folded(folded, step);
                            at = 0;
                        }
                        TreeHash expected = TreeHash.at(hashes, at++);
                        assertThat(TreeHash.ofLeaf(line.getBytes(StandardCharsets.UTF_8)))
                                .isEqualTo(expected);
                        folded.appendSubtree(0, expected);
                        entries++;
                    }
                }
            }
            for (String rest = proof.next(); rest != null; rest = proof.next()) {
                assertThat(folded(folded, JSON.readTree(rest))).isEmpty();
            }
        }
        String[] note = manifest.get("checkpoint").asString().split("\n", -1);
        assertThat(entries).isEqualTo(manifest.get("entries").asLong());
        assertThat(folded.size()).isEqualTo(Long.parseLong(note[1]));
        assertThat(folded.root().base64()).isEqualTo(note[2]);
    }

    private static byte[] folded(Frontier folded, JsonNode step) {
        if (step.has("leaves")) {
            return Base64.getDecoder().decode(step.get("leaves").asString());
        }
        folded.appendSubtree(
                step.get("height").asInt(),
                TreeHash.of(Base64.getDecoder().decode(step.get("hash").asString())));
        return new byte[0];
    }

    /** Of an object whose size and hash are those that the manifest lists. */
    private static final class Lines implements AutoCloseable {
        private final DigestInputStream in;
        private final BufferedReader lines;
        private final String sha256;

        Lines(ObjectStore store, Export export, JsonNode listed) throws Exception {
            this.in = new DigestInputStream(
                    store.read(new ObjectName(
                            export.id() + "/" + listed.get("name").asString())),
                    MessageDigest.getInstance("SHA-256"));
            this.lines = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(in, 64 * 1024), StandardCharsets.UTF_8));
            this.sha256 = listed.get("sha256").asString();
        }

        String next() throws IOException {
            return lines.readLine();
        }

        @Override
        public void close() throws Exception {
            assertThat(lines.readLine()).isNull();
            assertThat(in.read()).isNegative();
            assertThat(HexFormat.of().formatHex(in.getMessageDigest().digest())).isEqualTo(sha256);
            in.close();
        }
    }
}
