package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old checkpoints replayed, logs that fork, and what it takes to show that one continues the other. */
class CheckpointHistoryTest {
    private static final int SIZE = 40;
    private static final TestLog LOG = new TestLog("tnt_acme", SIZE);

    @TempDir
    Path temporary;

    private int written;

    @Test
    void oneCheckpoint_isVerified_andAForgedOneIsNot() {
        Run run = of(file(LOG.checkpoint(SIZE))).verified();
        assertThat(run.report().path("tree_size").asInt()).isEqualTo(SIZE);
        byte[] forged = new String(LOG.checkpoint(SIZE), StandardCharsets.UTF_8)
                .replace("\n40\n", "\n41\n")
                .getBytes(StandardCharsets.UTF_8);
        of(file(forged)).found(Finding.CHECKPOINT_REFUSED);
        of(file(new TestLog("tnt_acme", SIZE).checkpoint(SIZE))).found(Finding.CHECKPOINT_REFUSED);
        of(file(new byte[0])).found(Finding.CHECKPOINT_REFUSED);
        of(file(LOG.signed(0, LOG.tree().root(1)))).found(Finding.CHECKPOINT_REFUSED);
    }

    @Test
    void twoCheckpoints_takeAProof_andEveryPairHasOne() {
        for (int first = 1; first < SIZE; first += 3) {
            Path older = file(LOG.checkpoint(first));
            Path newer = file(LOG.checkpoint(SIZE));
            of(older, newer).found(Finding.UNDECIDED);
            of(older, newer, file(LOG.consistency(first, SIZE))).verified();
            of(older, newer, file(LOG.consistency(first, SIZE - 1))).found(Finding.UNDECIDED);
        }
        of(file(LOG.checkpoint(0)), file(LOG.checkpoint(SIZE))).verified();
        of(file(LOG.checkpoint(SIZE)), file(LOG.checkpoint(SIZE))).verified();
    }

    @Test
    void olderCheckpointAfterANewer_isRolledBack() {
        of(file(LOG.checkpoint(SIZE)), file(LOG.checkpoint(30)), file(LOG.consistency(30, SIZE)))
                .found(Finding.ROLLBACK)
                .at(30)
                .until(SIZE);
    }

    @Test
    void twoRootsOfOneSize_areAFork() {
        of(file(LOG.checkpoint(SIZE)), file(LOG.signed(SIZE, LOG.tree().root(39))))
                .found(Finding.FORK)
                .until(SIZE);
    }

    @Test
    void logThatItsOwnKeyRewrote_isAFork_withAProofOrWithAnExport() {
        TestLog rewritten = rewritten(20);
        byte[] signedAnew = LOG.signed(SIZE, rewritten.tree().root(SIZE));
        of(file(LOG.checkpoint(30)), file(signedAnew), file(rewritten.consistency(30, SIZE)))
                .found(Finding.FORK);

        TestExport export = TestExport.ofAll(rewritten);
        export.manifest.put("key", LOG.key.line());
        export.manifest.put("checkpoint", new String(signedAnew, StandardCharsets.UTF_8));
        Path folder = export.write(temporary.resolve("rewritten"));
        Run.on(LOG, folder).verified();
        Run.on(LOG, folder, "--checkpoint", file(LOG.checkpoint(20))).verified();
        Run.on(LOG, folder, "--checkpoint", file(LOG.checkpoint(SIZE))).found(Finding.FORK);
        Run.on(LOG, folder, "--checkpoint", file(LOG.checkpoint(20)), "--checkpoint", file(LOG.checkpoint(30)))
                .found(Finding.FORK)
                .at(20)
                .until(30);
    }

    @Test
    void oldExportReplayed_isRolledBack_unlessTheProofShowsThatTheLogWentOn() {
        TestLog longer = new TestLog("tnt_acme", SIZE);
        Path old = TestExport.ofAll(longer).write(temporary.resolve("old"));
        longer.leaves.add(longer.entry());
        longer.leaves.add(longer.entry());
        Path newer = file(longer.checkpoint(SIZE + 2));
        Run.on(longer, old, "--checkpoint", newer)
                .found(Finding.ROLLBACK)
                .at(SIZE)
                .until(SIZE + 2);
        Run.on(longer, old, "--checkpoint", newer, "--consistency", file(longer.consistency(SIZE, SIZE + 2)))
                .verified();
        Run.on(longer, old, "--checkpoint", newer, "--consistency", file(longer.consistency(SIZE - 1, SIZE + 2)))
                .found(Finding.UNDECIDED);
    }

    @Test
    void sizeWithinWhatIsLeftOut_takesAProof() {
        TestExport filtered = new TestExport(LOG, 16, index -> index >= 32);
        Path folder = filtered.write(temporary.resolve("filtered"));
        Path older = file(LOG.checkpoint(30));
        Run.on(LOG, folder, "--checkpoint", file(LOG.checkpoint(32))).verified();
        Run.on(LOG, folder, "--checkpoint", older).found(Finding.UNDECIDED).until(30);
        Run.on(LOG, folder, "--checkpoint", older, "--consistency", file(LOG.consistency(30, SIZE)))
                .verified();
        Run.on(
                        LOG,
                        folder,
                        "--checkpoint",
                        older,
                        "--checkpoint",
                        file(LOG.checkpoint(32)),
                        "--consistency",
                        file(LOG.consistency(30, 32)))
                .verified();
        Run.on(
                        LOG,
                        folder,
                        "--checkpoint",
                        older,
                        "--consistency",
                        file(rewritten(20).consistency(30, SIZE)))
                .found(Finding.FORK);
    }

    @Test
    void anyBitOfAProofOfConsistency_isRefused() {
        Path older = file(LOG.checkpoint(21));
        Path newer = file(LOG.checkpoint(SIZE));
        byte[] proof = LOG.consistency(21, SIZE);
        for (int bit = 0; bit < proof.length * 8; bit++) {
            byte[] changed = proof.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            Path file = TestExport.write(temporary, Map.of("changed", changed)).resolve("changed");
            assertThat(of(older, newer, file).exitCode()).as("bit %d", bit).isNotZero();
        }
    }

    @Test
    void witnessThatIsAskedFor_hasToHaveSignedOne_andSaysHowFar() {
        TestWitness witness = new TestWitness("witness.example/w1");
        TestWitness other = new TestWitness("witness.example/w2");
        Path folder = TestExport.ofAll(LOG).write(temporary.resolve("witnessed"));
        byte[] cosigned = witness.cosigned(LOG.checkpoint(25), 1_790_000_000);
        Run run = Run.on(LOG, folder, "--checkpoint", file(cosigned), "--witness", witness.line())
                .verified();
        assertThat(run.report().path("witnessed_size").asInt()).isEqualTo(25);
        Run.on(LOG, folder, "--witness", witness.line()).found(Finding.WITNESS_MISSING);
        Run.on(LOG, folder, "--checkpoint", file(cosigned), "--witness", witness.line(), "--witness", other.line())
                .found(Finding.WITNESS_MISSING);
        byte[] ofOther = other.cosigned(LOG.checkpoint(24), 1_790_000_000);
        String moved = new String(LOG.checkpoint(25), StandardCharsets.UTF_8)
                + new String(ofOther, StandardCharsets.UTF_8).lines().toList().getLast() + "\n";
        Run.on(LOG, folder, "--checkpoint", file(moved.getBytes(StandardCharsets.UTF_8)), "--witness", other.line())
                .found(Finding.CHECKPOINT_REFUSED);
    }

    @Test
    void questionsThatAreNone_areNotAnswered() {
        for (List<Object> arguments : List.<List<Object>>of(
                List.of(),
                List.of("--export", temporary),
                List.of("--key", LOG.key.line()),
                List.of("--key", LOG.key.line() + "x", "--export", temporary),
                List.of("--key", LOG.key.line(), "--export"),
                List.of("--key", LOG.key.line(), "--frob", "x"),
                List.of("--key", LOG.key.line(), "--export", "\0"),
                List.of("--key", LOG.key.line(), "--checkpoint", "x", "--manifest-sha256", "x"))) {
            assertThat(Run.of(arguments.toArray()).exitCode())
                    .as("%s", arguments)
                    .isEqualTo(2);
        }
        assertThat(Run.of("--key", LOG.key.line(), "--checkpoint", temporary.resolve("none"))
                        .exitCode())
                .isEqualTo(4);
        Path key = file((LOG.key.line() + "\n").getBytes(StandardCharsets.UTF_8));
        Run.of("--key", key, "--checkpoint", file(LOG.checkpoint(3))).verified();
    }

    private static TestLog rewritten(int index) {
        TestLog rewritten = new TestLog("tnt_acme", 0);
        LOG.leaves.forEach(rewritten.leaves::add);
        rewritten.leaves.set(index, LOG.entry());
        return rewritten;
    }

    /** Up to two checkpoints and a proof. */
    private static Run of(Path... files) {
        return switch (files.length) {
            case 1 -> Run.of("--key", LOG.key.line(), "--checkpoint", files[0]);
            case 2 -> Run.of("--key", LOG.key.line(), "--checkpoint", files[0], "--checkpoint", files[1]);
            default ->
                Run.of(
                        "--key",
                        LOG.key.line(),
                        "--checkpoint",
                        files[0],
                        "--checkpoint",
                        files[1],
                        "--consistency",
                        files[2]);
        };
    }

    private Path file(byte[] content) {
        return TestExport.write(temporary, Map.of("file-" + ++written, content)).resolve("file-" + written);
    }
}
