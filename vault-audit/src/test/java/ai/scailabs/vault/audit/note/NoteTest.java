package ai.scailabs.vault.audit.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against notes that others have published or made, and against what is not quite a note. */
class NoteTest {
    private static final JsonNode VECTORS = read();
    private static final JsonNode LOG = VECTORS.get("log");
    private static final String SIGNED = text(LOG, "checkpoint");
    private static final String ORIGIN = "scaivault/audit/tnt_acme";
    private static final String ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    @Test
    void publishedNote_isVerified_andSignedToTheSameBytes() throws InvalidNote {
        JsonNode vector = VECTORS.get("published");
        LogKey key = LogKey.parse(text(vector, "key"));
        SignedNote note = SignedNote.parse(text(vector, "note"));
        key.verify(note);
        byte[] typed = Base64.getDecoder().decode(text(vector, "private_key"));
        NoteSigner signer = new NoteSigner(key, SensitiveBytes.owning(Arrays.copyOfRange(typed, 1, typed.length)));
        assertThat(signer.sign(note.text())).isEqualTo(note.signatures().getFirst());
        assertThat(note.render()).isEqualTo(text(vector, "note"));
    }

    @Test
    void checkpointThatGoSigned_isRead_andSignedToTheSameBytes() throws InvalidNote {
        LogKey key = LogKey.parse(text(LOG, "key"));
        Checkpoint checkpoint = Checkpoint.open(SignedNote.parse(SIGNED), key);
        assertThat(checkpoint).isEqualTo(new Checkpoint(ORIGIN, 5, root()));
        NoteSigner signer = new NoteSigner(key, seed(LOG));
        assertThat(checkpoint.sign(signer).render()).isEqualTo(SIGNED);
        assertThat(LogKey.of(ORIGIN, key.publicKey()).line()).isEqualTo(text(LOG, "key"));
    }

    @Test
    void cosignatureThatGoMade_isVerified_andTheLogsOwnBesideIt() throws InvalidNote {
        JsonNode vector = VECTORS.get("witness");
        SignedNote note = SignedNote.parse(text(vector, "checkpoint"));
        assertThat(WitnessKey.parse(text(vector, "key")).verify(note))
                .isEqualTo(Instant.ofEpochSecond(vector.get("seconds").asLong()));
        assertThat(Checkpoint.open(note, LogKey.parse(text(LOG, "key"))).size()).isEqualTo(5);
        assertThat(SignedNote.parse(SIGNED).with(note.signatures().getLast())).isEqualTo(note);
    }

    @Test
    void anyBitOfANoteChanged_isRefused() throws InvalidNote {
        JsonNode vector = VECTORS.get("witness");
        LogKey key = LogKey.parse(text(LOG, "key"));
        WitnessKey witness = WitnessKey.parse(text(vector, "key"));
        byte[] note = text(vector, "checkpoint").getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < note.length * 8; bit++) {
            byte[] changed = note.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(isBelieved(changed, key) && isCosigned(changed, witness))
                    .as("bit %d", bit)
                    .isFalse();
        }
        assertThat(isBelieved(note, key) && isCosigned(note, witness)).isTrue();
    }

    @Test
    void anyBitOfAKeyLineChanged_isNotThatKey() {
        byte[] line = text(LOG, "key").getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < line.length * 8; bit++) {
            byte[] changed = line.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(isKey(new String(changed, StandardCharsets.ISO_8859_1)))
                    .as("bit %d", bit)
                    .isFalse();
        }
        assertThat(isKey(text(LOG, "key"))).isTrue();
        assertThat(isKey(text(VECTORS.get("witness"), "key"))).isFalse();
        assertThat(isKey(text(LOG, "key") + "\n")).isFalse();
    }

    @Test
    void signatureOfNobodyKnown_isNotSigned() throws InvalidNote {
        try (NoteSigner.NewKey other = NoteSigner.generate(ORIGIN, new SecureRandom())) {
            SignedNote note = new Checkpoint(ORIGIN, 5, root()).sign(new NoteSigner(other.key(), other.privateKey()));
            assertThat(reason(note.render())).isEqualTo(InvalidNote.Reason.NOT_SIGNED);
            // Somebody else's before ours does no harm, and neither does it help.
            SignedNote both = note.with(SignedNote.parse(SIGNED).signatures().getFirst());
            assertThat(Checkpoint.open(both, LogKey.parse(text(LOG, "key"))).size())
                    .isEqualTo(5);
        }
    }

    @Test
    void signatureUnderOurNameThatIsNotOurs_isTold() {
        String forged = SIGNED.replace("\n5\n", "\n6\n");
        assertThat(reason(forged)).isEqualTo(InvalidNote.Reason.WRONG_SIGNATURE);
    }

    @Test
    void checkpointOfAnotherOrigin_isRefused_thoughSigned() {
        LogKey key = key();
        NoteSigner signer = new NoteSigner(key, seed(LOG));
        Checkpoint other = new Checkpoint("scaivault/audit/tnt_globex", 5, root());
        SignedNote note = new SignedNote(other.text(), List.of(signer.sign(other.text())));
        assertThat(reason(note.render())).isEqualTo(InvalidNote.Reason.OTHER_ORIGIN);
        assertThatIllegalArgumentException().isThrownBy(() -> other.sign(signer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\n\n",
                "text\n",
                "text\n\n",
                "text\n\n\n",
                "text\n\n— name AAAAAAA=",
                "text\n\n- name AAAAAAA=\n",
                "text\n\n—name AAAAAAA=\n",
                "text\n\n— name\n",
                "text\n\n—  AAAAAAA=\n",
                "text\n\n— na me AAAAAAA=\n",
                "text\n\n— na+me AAAAAAA=\n",
                "text\n\n— na\u00a0me AAAAAAA=\n",
                "text\n\n— name  AAAAAAA=\n",
                "text\n\n— name AAAAAAA= \n",
                "text\n\n— name AAAAAAA\n",
                "text\n\n— name AAAAAAB=\n",
                "text\n\n— name AAAA_AA=\n",
                "text\n\n— name AAAAAA==\n",
                "text\n\n— name AAAAAAA=\n\n",
                "text\n\n— name AAAAAAA=\nmore",
                "text\r\n\r\n— name AAAAAAA=\r\n",
                "te\txt\n\n— name AAAAAAA=\n",
                "text\n\n— name AAAAAAA=\n— name AAAAAAA=\n",
                "text\n\n— name AAAAAAA=\n— name AAAAAAE=\n",
            })
    void whatIsNotQuiteANote_isRefused(String note) {
        assertThat(reason(note)).isEqualTo(InvalidNote.Reason.MALFORMED);
    }

    @Test
    void noteBeyondItsBounds_isRefused() {
        String line = "— name AAAAAAA=\n";
        assertThat(reason("text\n\n" + line.repeat(65))).isEqualTo(InvalidNote.Reason.MALFORMED);
        assertThat(reason("t".repeat(SignedNote.MAX_LENGTH) + "\n\n" + line)).isEqualTo(InvalidNote.Reason.MALFORMED);
        assertThat(isBelieved(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, '\n', '\n'}, key()))
                .isFalse();
    }

    @Test
    void sixteenSignatures_areTaken() throws InvalidNote {
        SignedNote note = SignedNote.parse(SIGNED);
        for (int i = 0; i < 16; i++) {
            note = note.with(new NoteSignature("witness.example/" + i, "AAAAAAA="));
        }
        assertThat(SignedNote.parse(note.render())).isEqualTo(note);
        Checkpoint.open(note, key());
    }

    /** Signed by the log itself, so that nothing but the text is at fault. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ORIGIN + "\n5\n",
                ORIGIN + "\n5\n" + ROOT + "\nmore\n",
                ORIGIN + "\n5\n" + ROOT + "\n\n",
                ORIGIN + "\n05\n" + ROOT + "\n",
                ORIGIN + "\n+5\n" + ROOT + "\n",
                ORIGIN + "\n-5\n" + ROOT + "\n",
                ORIGIN + "\n5 \n" + ROOT + "\n",
                ORIGIN + "\n\u0665\n" + ROOT + "\n",
                ORIGIN + "\n\n" + ROOT + "\n",
                ORIGIN + "\n9223372036854775808\n" + ROOT + "\n",
                ORIGIN + "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
                ORIGIN + "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
                ORIGIN + "\n5\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
                ORIGIN + "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
                "\n5\n" + ROOT + "\n",
                "a log\n5\n" + ROOT + "\n",
            })
    void signedTextThatIsNoCheckpoint_isRefused(String text) {
        NoteSigner signer = new NoteSigner(key(), seed(LOG));
        String note = new SignedNote(text, List.of(signer.sign(text))).render();
        assertThat(reason(note)).isEqualTo(InvalidNote.Reason.MALFORMED);
    }

    @Test
    void largestTree_andTheEmptyOne_areWritten() throws InvalidNote {
        NoteSigner signer = new NoteSigner(key(), seed(LOG));
        for (Checkpoint each : new Checkpoint[] {
            new Checkpoint(ORIGIN, Long.MAX_VALUE, root()), new Checkpoint(ORIGIN, 0, TreeHash.EMPTY)
        }) {
            SignedNote note = SignedNote.parse(each.sign(signer).render());
            assertThat(Checkpoint.open(note, key())).isEqualTo(each);
        }
    }

    @Test
    void halvesThatDoNotBelongTogether_signNothing() {
        try (NoteSigner.NewKey other = NoteSigner.generate(ORIGIN, new SecureRandom())) {
            NoteSigner mixed = new NoteSigner(key(), other.privateKey());
            assertThatIllegalStateException().isThrownBy(() -> mixed.sign("text\n"));
            assertThat(other.toString() + mixed)
                    .doesNotContain(HexFormat.of().formatHex(other.privateKey().expose()));
            assertThat(other.toString()).contains("[redacted]");
        }
    }

    private static boolean isKey(String line) {
        try {
            LogKey.parse(line);
            return true;
        } catch (InvalidNote e) {
            return false;
        }
    }

    private static boolean isBelieved(byte[] note, LogKey key) {
        try {
            Checkpoint.open(SignedNote.parse(note), key);
            return true;
        } catch (InvalidNote e) {
            return false;
        }
    }

    private static boolean isCosigned(byte[] note, WitnessKey witness) {
        try {
            witness.verify(SignedNote.parse(note));
            return true;
        } catch (InvalidNote e) {
            return false;
        }
    }

    private static InvalidNote.Reason reason(String note) {
        try {
            Checkpoint.open(SignedNote.parse(note), key());
        } catch (InvalidNote refusal) {
            return refusal.reason();
        }
        throw new AssertionError("was taken");
    }

    private static LogKey key() {
        try {
            return LogKey.parse(text(LOG, "key"));
        } catch (InvalidNote e) {
            throw new AssertionError(e);
        }
    }

    private static SensitiveBytes seed(JsonNode vector) {
        return SensitiveBytes.owning(HexFormat.of().parseHex(text(vector, "private_key")));
    }

    private static TreeHash root() {
        return TreeHash.of(Base64.getDecoder().decode(ROOT));
    }

    private static String text(JsonNode vector, String member) {
        return vector.get(member).asString();
    }

    private static JsonNode read() {
        try (InputStream file = NoteTest.class.getResourceAsStream("/vectors/notes.json")) {
            return JsonMapper.shared().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
