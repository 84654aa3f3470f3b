package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.GrownTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody does to an export who also rewrites its manifest, so that nothing but what the log has signed speaks against it. */
class ChangedExportTest {
    private static final int SIZE = 40;
    private static final TestLog LOG = new TestLog("tnt_acme", SIZE);
    private static final TestLog OTHER = new TestLog("tnt_globex", SIZE);

    @TempDir
    Path temporary;

    private TestExport export;
    private int written;

    @BeforeEach
    void export() {
        export = TestExport.ofAll(LOG);
    }

    @Test
    void exportsOfAllSizesAndFilters_areVerified_withEveryOlderCheckpoint() throws IOException {
        List<IntPredicate> filters = List.of(
                index -> true, index -> false, index -> index % 3 == 1, index -> index >= 8, index -> index < 9);
        for (int size : new int[] {0, 1, 2, 3, 7, 8, 9, 31, 33, 64, 100}) {
            TestLog log = new TestLog("tnt_sized", size);
            for (IntPredicate filter : filters) {
                Path folder = new TestExport(log, 10, filter).write(next());
                Run run = Run.on(log, folder).verified();
                assertThat(run.report().path("tree_size").asInt()).isEqualTo(size);
                assertThat(run.report().path("entries").asInt()
                                + run.report().path("left_out").asInt())
                        .isEqualTo(size);
                assertThat(run.text("manifest_sha256"))
                        .isEqualTo(TestExport.sha256(Files.readAllBytes(folder.resolve("manifest.json"))));
            }
            Path all = TestExport.ofAll(log).write(next());
            for (int older = 0; older <= size; older++) {
                Run.on(log, all, "--checkpoint", file(log.checkpoint(older))).verified();
            }
        }
    }

    @Test
    void anyEntryEdited_isNamed() {
        for (int index = 0; index < SIZE; index++) {
            TestExport edited = TestExport.ofAll(LOG);
            edited.lines.set(index, replaced(edited.lines.get(index), "\"success\":true", "\"success\":false"));
            Run run = Run.on(LOG, edited.write(next())).found(Finding.ENTRY_EDITED);
            run.at(edited.file(index), index % 16 + 1, index);
            assertThat(run.text("id")).isEqualTo(id(LOG.leaves.get(index)));
        }
    }

    /** Every byte of every entry. Where the bit is one of a newline, two entries become one, or one two. */
    @Test
    void anyByteOfAnyEntryChanged_namesTheEntry() {
        Random random = new Random(6);
        TestLog log = new TestLog("tnt_few", 5);
        for (int index = 0; index < 5; index++) {
            byte[] leaf = log.leaves.get(index);
            for (int at = 0; at < leaf.length; at++) {
                TestExport edited = new TestExport(log, 2, each -> true);
                byte[] changed = leaf.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                edited.lines.set(index, changed);
                Run run = Run.on(log, edited.write(temporary.resolve("bytes")));
                assertThat(run.text("finding"))
                        .as("byte %d of %d: %s", at, index, run.told())
                        .isIn("entry_edited", "entry_of_another_tenant", "entry_inserted");
                run.at(edited.file(index), index % 2 + 1, index);
            }
        }
    }

    @Test
    void anyEntryRemoved_isNamed() {
        for (int index = 0; index < SIZE; index++) {
            TestExport lacking = TestExport.ofAll(LOG);
            lacking.lines.remove(index);
            Run.on(LOG, lacking.write(next()))
                    .found(Finding.ENTRY_REMOVED)
                    .at(index)
                    .until(index + 1);
        }
        export.lines.subList(10, 20).clear();
        Run.on(LOG, export.write(next())).found(Finding.ENTRY_REMOVED).at(10).until(20);
    }

    @Test
    void entriesThatTheLogDoesNotHoldAnyMore_leaveItUndecided_untilSomebodyKnowsHowMany() {
        export.manifest.put("missing", 3);
        Run run = Run.on(LOG, export.write(next())).found(Finding.UNDECIDED).in("manifest.json");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.told()).contains("gone from the log, more than a year old: 3", "audit_retire", "--missing 3");
        Run.on(LOG, export.write(next()), "--missing", "2").found(Finding.UNDECIDED);
        Run known = Run.on(LOG, export.write(next()), "--missing", "3").verified();
        assertThat(known.report().path("missing").asLong()).isEqualTo(3);
        assertThat(known.told()).contains("without 3 entries");
        assertThat(Run.on(LOG, export.write(next()), "--missing", "-1").exitCode())
                .isEqualTo(2);
    }

    @Test
    void entryRemoved_isNamed_howeverManyMayBeMissing() {
        export.lines.remove(7);
        Run.on(LOG, export.write(next()), "--missing", "1")
                .found(Finding.ENTRY_REMOVED)
                .at(7)
                .until(8);
    }

    @Test
    void anyEntryRemovedWithItsHash_leavesTheRoot_andALaterCheckpointSaysWhere() {
        GrownTree tree = new GrownTree();
        for (int index = 0; index < SIZE; index++) {
            if (index != 12) {
                tree.add(LOG.leaves.get(index));
            }
        }
        TestLog shorter = new TestLog("tnt_acme", 0);
        LOG.leaves.forEach(shorter.leaves::add);
        shorter.leaves.remove(12);
        TestExport lacking = TestExport.ofAll(shorter);
        lacking.manifest.put("key", LOG.key.line());
        lacking.manifest.put("checkpoint", text(LOG.checkpoint(SIZE)));
        Run.on(LOG, lacking.write(next()))
                .found(Finding.ENTRY_REMOVED)
                .at(SIZE - 1)
                .until(SIZE);
        lacking.manifest.put("checkpoint", text(LOG.checkpoint(SIZE - 1)));
        Run.on(LOG, lacking.write(next()))
                .found(Finding.HISTORY_REWRITTEN)
                .at(0)
                .until(SIZE - 1);
        Run.on(
                        LOG,
                        lacking.write(next()),
                        "--checkpoint",
                        file(LOG.checkpoint(8)),
                        "--checkpoint",
                        file(LOG.checkpoint(12)),
                        "--checkpoint",
                        file(LOG.checkpoint(16)))
                .found(Finding.HISTORY_REWRITTEN)
                .at(12)
                .until(16);
    }

    @Test
    void anyEntryInserted_isNamed() {
        for (int index = 0; index <= SIZE; index++) {
            for (byte[] extra : List.of(LOG.entry(), LOG.leaves.get(0), LOG.leaves.get(SIZE - 1))) {
                TestExport more = TestExport.ofAll(LOG);
                more.lines.add(index, extra);
                boolean isBesideItself = index == 0 && extra == LOG.leaves.get(0)
                        || index == SIZE - 1 && extra == LOG.leaves.get(SIZE - 1);
                Run.on(LOG, more.write(next())).found(Finding.ENTRY_INSERTED).at(isBesideItself ? index + 1 : index);
            }
        }
    }

    @Test
    void entriesReordered_areNamed_howeverFarApart() {
        for (int first = 0; first < SIZE; first += 3) {
            for (int second = first + 1; second < SIZE; second += 4) {
                TestExport swapped = TestExport.ofAll(LOG);
                swapped.lines.set(first, LOG.leaves.get(second));
                swapped.lines.set(second, LOG.leaves.get(first));
                Run.on(LOG, swapped.write(next()))
                        .found(Finding.ENTRY_REORDERED)
                        .at(swapped.file(first), first % 16 + 1, first);
            }
        }
        export.lines.add(2, export.lines.remove(35));
        Run.on(LOG, export.write(next())).found(Finding.ENTRY_REORDERED).at(2);
    }

    @Test
    void tailTruncated_isNamed_withAndWithoutItsHashes() {
        export.lines.subList(30, SIZE).clear();
        Run.on(LOG, export.write(next())).found(Finding.ENTRY_REMOVED).at(30).until(SIZE);

        TestExport shorter = TestExport.ofAll(LOG);
        shorter.lines.subList(35, SIZE).clear();
        shorter.proof.removeLast();
        Run.on(LOG, shorter.write(next())).found(Finding.ENTRY_REMOVED).at(35).until(SIZE);
    }

    @Test
    void exportBeyondItsCheckpoint_isRolledBack() {
        export.manifest.put("checkpoint", text(LOG.checkpoint(25)));
        Run.on(LOG, export.write(next())).found(Finding.ROLLBACK).at(25).until(SIZE);
    }

    @Test
    void hashChangedAndNotTheEntry_isTold() {
        for (int leaf = 0; leaf < 7; leaf++) {
            TestExport changed = TestExport.ofAll(LOG);
            String line = changed.proof.get(2);
            String base64 = line.substring(11, line.length() - 2);
            byte[] hashes = Base64.getDecoder().decode(base64);
            hashes[leaf * 32 + 5] ^= 4;
            changed.proof.set(2, line.replace(base64, Base64.getEncoder().encodeToString(hashes)));
            Run.on(LOG, changed.write(next())).found(Finding.PROOF_ALTERED).at(14 + leaf);
        }
    }

    @Test
    void entryAndItsHashChanged_doNotLeadToWhatWasSigned() {
        TestLog rewritten = new TestLog("tnt_acme", 0);
        LOG.leaves.forEach(rewritten.leaves::add);
        rewritten.leaves.set(21, replaced(LOG.leaves.get(21), "\"success\":true", "\"success\":false"));
        TestExport changed = TestExport.ofAll(rewritten);
        changed.manifest.put("key", LOG.key.line());
        changed.manifest.put("checkpoint", text(LOG.checkpoint(SIZE)));
        Path folder = changed.write(next());
        Run.on(LOG, folder).found(Finding.HISTORY_REWRITTEN).at(0).until(SIZE);
        Run.on(LOG, folder, "--checkpoint", file(LOG.checkpoint(21)), "--checkpoint", file(LOG.checkpoint(22)))
                .found(Finding.HISTORY_REWRITTEN)
                .at(21)
                .until(22);
    }

    @Test
    void leftOutEntriesChanged_doNotLeadToWhatWasSigned() {
        TestExport filtered = new TestExport(LOG, 16, index -> index >= 16);
        filtered.proof.set(0, filtered.proof.get(0).replaceFirst("\"hash\":\"..", "\"hash\":\"AA"));
        Run.on(LOG, filtered.write(next())).found(Finding.HISTORY_REWRITTEN);
        TestExport higher = new TestExport(LOG, 16, index -> index >= 16);
        higher.proof.set(0, higher.proof.get(0).replace("\"height\":4", "\"height\":5"));
        Run.on(LOG, higher.write(next())).found(Finding.ROLLBACK);
        TestExport unaligned = new TestExport(LOG, 16, index -> index < 3);
        unaligned.proof.set(1, unaligned.proof.get(1).replace("\"height\":0", "\"height\":1"));
        Run.on(LOG, unaligned.write(next())).found(Finding.PROOF_ALTERED).in("proof.jsonl.gz");
    }

    /** An exported entry that is made out to be one that was left out. */
    @Test
    void entryHiddenAsLeftOut_contradictsTheManifest() {
        TestExport hiding = new TestExport(LOG, 16, index -> index != 5);
        hiding.manifest.put("entries", SIZE);
        Run.on(LOG, hiding.write(next())).found(Finding.MANIFEST_REFUSED);
    }

    /** With its hash as that of something left out, and all counts as they are then. */
    @Test
    void entryHiddenInAnExportOfEverything_isNamed() {
        for (int index = 1; index < SIZE; index++) {
            int hidden = index;
            TestExport hiding = everything(each -> each != hidden);
            Run.on(LOG, hiding.write(next()))
                    .found(Finding.ENTRY_REMOVED)
                    .at(hidden)
                    .until(hidden + 1);
        }
        Run.on(LOG, everything(each -> each < 20 || each >= 27).write(next()))
                .found(Finding.ENTRY_REMOVED)
                .at(20)
                .until(27);
    }

    @Test
    void exportOfEverything_mayLackWhatTheLogLacks_andWhatLiesBeforeIt() {
        Run.on(LOG, everything(each -> true).write(next())).verified();
        Run.on(LOG, everything(each -> each >= 10).write(next())).verified();
        Run.on(LOG, everything(each -> false).write(next())).verified();

        TestExport lacking = everything(each -> each != 7 && each != 30);
        lacking.manifest.put("missing", 2);
        Run.on(LOG, lacking.write(next())).found(Finding.UNDECIDED);
        Run.on(LOG, lacking.write(next()), "--missing", "2").verified();
        lacking.manifest.put("missing", 1);
        Run.on(LOG, lacking.write(next()), "--missing", "2")
                .found(Finding.ENTRY_REMOVED)
                .at(7)
                .until(31);
    }

    @Test
    void whatWasSelected_isInTheReport() {
        Run selected = Run.on(LOG, new TestExport(LOG, 16, each -> each != 5).write(next()))
                .verified();
        assertThat(selected.report().path("filters").path("action").asString()).contains("read");
        assertThat(selected.text("from")).isEqualTo("2026-11-26T09:00:00.000000Z");
        assertThat(selected.report().has("to")).isFalse();
        Run all = Run.on(LOG, everything(each -> true).write(next())).verified();
        assertThat(all.report().path("filters").isObject()).isTrue();
        assertThat(all.report().path("filters").isEmpty()).isTrue();
        assertThat(all.report().has("from")).isFalse();
    }

    private static TestExport everything(IntPredicate isExported) {
        TestExport export = new TestExport(LOG, 16, isExported);
        export.manifest.put("filters", Map.of());
        export.manifest.put("from", null);
        return export;
    }

    @Test
    void tenantsSwapped_areTold() {
        TestExport line = TestExport.ofAll(LOG);
        line.lines.set(17, OTHER.leaves.get(17));
        Run.on(LOG, line.write(next())).found(Finding.ENTRY_OF_ANOTHER_TENANT).at("entries-000002.jsonl.gz", 2, 17);

        TestExport entries = TestExport.ofAll(LOG);
        entries.lines = OTHER.leaves;
        Run.on(LOG, entries.write(next()))
                .found(Finding.ENTRY_OF_ANOTHER_TENANT)
                .at(0);

        TestExport whole = TestExport.ofAll(OTHER);
        Run.on(LOG, whole.write(next())).found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
        whole.manifest.put("key", LOG.key.line());
        Run.on(LOG, whole.write(next())).found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
        whole.manifest.put("tenant_id", LOG.tenant);
        Run.on(LOG, whole.write(next())).found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
        whole.manifest.put("checkpoint", text(LOG.checkpoint(SIZE)));
        Run.on(LOG, whole.write(next())).found(Finding.ENTRY_OF_ANOTHER_TENANT).at(0);

        Run.on(LOG, export.write(next()), "--checkpoint", file(OTHER.checkpoint(SIZE)))
                .found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
    }

    /** A defect of the log itself, which it has signed. */
    @Test
    void entryThatIsNotCanonical_orAnothers_isNamed_thoughSigned() {
        TestLog defective = new TestLog("tnt_acme", 20);
        defective.leaves.set(11, replaced(defective.leaves.get(11), ":true,", ": true,"));
        Run.on(defective, TestExport.ofAll(defective).write(next()))
                .found(Finding.ENTRY_UNREADABLE)
                .at("entries-000001.jsonl.gz", 12, 11);
        defective.leaves.set(3, OTHER.leaves.get(3));
        Run.on(defective, TestExport.ofAll(defective).write(next()))
                .found(Finding.ENTRY_OF_ANOTHER_TENANT)
                .at(3);
    }

    @Test
    void entriesOutsideTheTimesThatAreNamed_contradictTheManifest() {
        export.manifest.put("to", TestLog.time(30));
        Run.on(LOG, export.write(next())).found(Finding.MANIFEST_REFUSED).at(30);
        export.manifest.put("to", TestLog.time(SIZE));
        export.manifest.put("from", TestLog.time(1));
        Run.on(LOG, export.write(next())).found(Finding.MANIFEST_REFUSED).at(0);
    }

    @Test
    void countsThatAreNotSo_areTold() {
        for (String count : List.of("entries", "first_index", "end_index")) {
            for (Object value : new Object[] {1, 41, null, "40", -1, 40.5, true}) {
                TestExport wrong = TestExport.ofAll(LOG);
                wrong.manifest.put(count, value);
                Run.on(LOG, wrong.write(next())).found(Finding.MANIFEST_REFUSED);
            }
        }
    }

    @Test
    void indexesOfAFileThatAreNotSo_areTold() {
        Map<String, byte[]> files = export.files();
        for (String change : List.of("\"first_index\":16", "\"end_index\":32")) {
            String manifest = text(files.get("manifest.json"));
            assertThat(manifest).contains(change);
            Map<String, byte[]> changed = new HashMap<>(files);
            changed.put(
                    "manifest.json",
                    manifest.replace(change, change.replaceFirst("[0-9]+", "17"))
                            .getBytes(StandardCharsets.UTF_8));
            Run.on(LOG, TestExport.write(next(), changed)).found(Finding.MANIFEST_REFUSED);
        }
    }

    private static byte[] replaced(byte[] leaf, String old, String other) {
        String text = text(leaf);
        assertThat(text).contains(old);
        return text.replaceFirst(Pattern.quote(old), other).getBytes(StandardCharsets.UTF_8);
    }

    private static String id(byte[] leaf) {
        return text(leaf).replaceFirst(".*\"id\":\"(log_[0-9A-Z]{26})\".*", "$1");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Path next() {
        return temporary.resolve("export-" + written++);
    }

    private Path file(byte[] content) {
        return TestExport.write(temporary, Map.of("file-" + ++written, content)).resolve("file-" + written);
    }
}
