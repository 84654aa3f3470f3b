package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.proof.CanonicalEntry;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.erdtman.jcs.JsonCanonicalizer;
import org.erdtman.jcs.NumberToJSON;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against RFC 8785 and against its reference implementation. */
class CanonicalObjectTest {
    /** RFC 8785, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000,0",
        "8000000000000000,0",
        "0000000000000001,5e-324",
        "8000000000000001,-5e-324",
        "7fefffffffffffff,1.7976931348623157e+308",
        "ffefffffffffffff,-1.7976931348623157e+308",
        "4340000000000000,9007199254740992",
        "c340000000000000,-9007199254740992",
        "4430000000000000,295147905179352830000",
        "44b52d02c7e14af5,9.999999999999997e+22",
        "44b52d02c7e14af6,1e+23",
        "44b52d02c7e14af7,1.0000000000000001e+23",
        "444b1ae4d6e2ef4e,999999999999999700000",
        "444b1ae4d6e2ef4f,999999999999999900000",
        "444b1ae4d6e2ef50,1e+21",
        "3eb0c6f7a0b5ed8c,9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d,0.000001",
        "41b3de4355555553,333333333.3333332",
        "41b3de4355555554,333333333.33333325",
        "41b3de4355555555,333333333.3333333",
        "41b3de4355555556,333333333.3333334",
        "41b3de4355555557,333333333.33333343",
        "becbf647612f3696,-0.0000033333333333333333",
        "43143ff3c1cb0959,1424953923781206.2"
    })
    void numbersOfTheRfc_areWrittenSo(String bits, String text) {
        assertThat(CanonicalNumber.text(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffffffffffff", "7ff0000000000000", "fff0000000000000"})
    void whatIsNoNumberInTheRfc_isNone(String bits) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
        assertThatThrownBy(() -> CanonicalNumber.text(value)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Without those below 2^-1022, for which the reference calculates without end. */
    @Test
    void numbersOfAnyKind_areWrittenAsTheReferenceWritesThem() throws IOException {
        SplittableRandom random = new SplittableRandom(8785);
        for (int i = 0; i < 300_000; i++) {
            double value = switch (i % 5) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(-100_000, 100_000) / 1000.0;
                case 2 -> (double) random.nextLong();
                case 3 -> random.nextInt() * Math.pow(2, random.nextInt(-900, 900));
                default -> random.nextInt(1, 100) * Math.pow(10, random.nextInt(-300, 306));
            };
            if (Double.isFinite(value) && Math.abs(value) >= Double.MIN_NORMAL) {
                assertThat(CanonicalNumber.text(value)).isEqualTo(NumberToJSON.serializeNumber(value));
            }
        }
    }

    @Test
    void smallestNumbers_areWrittenInAsFewDigitsAsSayWhichTheyAre() {
        SplittableRandom random = new SplittableRandom(324);
        for (int i = 0; i < 50_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong(1, 1L << random.nextInt(1, 53)));
            String text = CanonicalNumber.text(value);
            assertThat(text).matches("[1-9](\\.[0-9]*[1-9])?e-3[0-9]{2}");
            assertThat(Double.parseDouble(text)).isEqualTo(value);
            BigDecimal decimal = new BigDecimal(text);
            if (decimal.precision() > 1) {
                for (RoundingMode mode : List.of(RoundingMode.DOWN, RoundingMode.UP)) {
                    BigDecimal shorter = decimal.round(new MathContext(decimal.precision() - 1, mode));
                    assertThat(shorter.doubleValue()).as(text).isNotEqualTo(value);
                }
            }
        }
    }

    /** RFC 8785, sections 3.2.2 and 3.2.3. */
    @Test
    void examplesOfTheRfc_areTaken() throws Exception {
        String values = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assertThat(CanonicalObject.textsOf(utf8(values)))
                .containsExactly(Map.entry("string", "\u20ac$\u000f\nA'B\"\\\\\"/"));
        String sorted = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin\","
                + "\"\u20ac\":\"Euro\",\"\ud83d\ude00\":\"Emoji\",\"\ufb33\":\"Hebrew\"}";
        assertThat(CanonicalObject.textsOf(utf8(sorted))).hasSize(7);
        assertThat(CanonicalObject.textsOf(utf8("{}"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " {}",
                "{} ",
                "{}{}",
                "[]",
                "null",
                "{\"a\" :1}",
                "{\"a\": 1}",
                "{\"a\":1,}",
                "{\"a\":1",
                "{\"a\":}",
                "{\"a\"}",
                "{a:1}",
                "{'a':1}",
                "{\"b\":1,\"a\":1}",
                "{\"a\":1,\"a\":1}",
                "{\"\ufb33\":1,\"\ud83d\ude00\":1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":-0}",
                "{\"a\":1.0}",
                "{\"a\":1e2}",
                "{\"a\":1E+30}",
                "{\"a\":1e30}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":9007199254740993}",
                "{\"a\":1e400}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":0x1}",
                "{\"a\":1d}",
                "{\"a\":tru}",
                "{\"a\":True}",
                "{\"a\":\"\\u0041\"}",
                "{\"a\":\"\\u000F\"}",
                "{\"a\":\"\\u000a\"}",
                "{\"a\":\"\\u0020\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\/\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"b}",
                "{\"a\":[1 ,2]}",
                "{\"a\":[1,]}",
                "{\"a\":[1}",
                "{\"a\":1/*c*/}",
                "\ufeff{}"
            })
    void whatIsWrittenInAnyOtherWay_isRefused(String json) {
        assertThat(isCanonical(utf8(json))).isFalse();
    }

    @Test
    void bytesThatAreNoText_andDepthsWithoutEnd_areRefused() {
        assertThat(isCanonical(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}))
                .isFalse();
        assertThat(isCanonical(new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'}))
                .isFalse();
        assertThat(isCanonical(utf8("{\"a\":" + "[".repeat(500_000)))).isFalse();
        assertThat(isCanonical(utf8("{\"a\":" + "[".repeat(60) + "]".repeat(60) + "}")))
                .isTrue();
    }

    /** Whatever the reference leaves as it is, and nothing else. */
    @Test
    void changedEntries_areJudgedAsTheReferenceJudges() {
        Random random = new Random(3);
        byte[] entry = new TestLog("tnt_acme", 1).leaves.getFirst();
        byte[] alphabet = utf8("{}[]\",:\\0123456789eE+-.truefalsn \t/u\u20ac");
        int canonical = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] changed = entry.clone();
            changed[random.nextInt(entry.length)] = alphabet[random.nextInt(alphabet.length)];
            if (i % 3 == 0) {
                changed[random.nextInt(entry.length)] = (byte) random.nextInt(256);
            }
            boolean expected = isCanonicalForTheReference(changed);
            assertThat(isCanonical(changed))
                    .as(new String(changed, StandardCharsets.ISO_8859_1))
                    .isEqualTo(expected);
            canonical += expected ? 1 : 0;
        }
        assertThat(canonical).isBetween(1_000, 59_000);
    }

    /** What the sequencer hashes, with everything in it that is hard to write. */
    @Test
    void leafOfTheProgram_isCanonical() throws Exception {
        Map<String, Object> extra = new HashMap<>();
        extra.put("numbers", List.of(0.1, 1e21, 1e-7, -0.0, 9007199254740993L, Double.MIN_VALUE, 333333333.33333329));
        extra.put("\ufb33", "\u0000\u001f\u007f\"\\\b\f\n\r\t/\u2028");
        extra.put("\ud83d\ude00", Map.of("b", true, "a", List.of(), "", Map.of()));
        RecordedEntry entry = new RecordedEntry(
                UUID.fromString("019b76da-a800-7c43-66f2-aef72f87b8a4"),
                Instant.parse("2026-11-26T09:00:00.000001Z"),
                "read",
                null,
                null,
                "tnt_acme",
                null,
                "app/db",
                null,
                "caf\u00e9",
                true,
                null,
                7,
                "req_x",
                extra);
        byte[] leaf = CanonicalEntry.leaf(entry);
        assertThat(CanonicalObject.textsOf(leaf)).containsEntry("timestamp", "2026-11-26T09:00:00.000001Z");
        assertThat(ExportedEntry.of(leaf, "file", 1).problem()).isNull();
    }

    private static boolean isCanonicalForTheReference(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)
                    && new JsonCanonicalizer(text).getEncodedString().equals(text);
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static boolean isCanonical(byte[] bytes) {
        try {
            CanonicalObject.textsOf(bytes);
            return true;
        } catch (CanonicalObject.NotCanonical e) {
            return false;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
