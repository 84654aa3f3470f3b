package ai.scailabs.vault.kernel.sensitive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlainDataTest {
    private static final String CANARY = "canary-4c1f";
    private static final byte[] BYTES = CANARY.getBytes(StandardCharsets.UTF_8);

    @Test
    void plainData_staysAsItIs() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("text", "a");
        plain.put("flag", true);
        plain.put("numbers", List.of(1, 2L, 3.5, new BigInteger("4"), new BigDecimal("5.0")));
        plain.put("object", Map.of("inner", List.of(Map.of())));
        plain.put("absent", null);
        assertThat(PlainData.of(plain)).isEqualTo(plain);
        assertThat(((Map<?, ?>) PlainData.of(plain)).keySet())
                .extracting(String::valueOf)
                .containsExactly("text", "flag", "numbers", "object", "absent");
        assertThat(PlainData.of(null)).isNull();
    }

    /** Of any type that is not known to be harmless nothing is shown, wherever it lies. */
    @Test
    void everyOtherType_isRedacted_whereverItLies() {
        record Pair(String name, String value) {}
        for (Object odd : List.of(
                BYTES,
                ByteBuffer.wrap(BYTES),
                CANARY.toCharArray(),
                new String[] {CANARY},
                new Object[] {CANARY},
                new StringBuilder(CANARY),
                new Pair("password", CANARY),
                Optional.of(CANARY),
                SensitiveBytes.owning(BYTES.clone()),
                new IllegalStateException(CANARY),
                Thread.State.NEW,
                Path.of("/run/secrets"),
                new Object())) {
            assertThat(PlainData.of(odd)).as(odd.getClass().getName()).isEqualTo("[redacted]");
            assertThat(PlainData.of(Map.of("a", List.of(odd)))).isEqualTo(Map.of("a", List.of("[redacted]")));
            assertThat(PlainData.of(Arrays.asList(null, Set.of(odd))))
                    .isEqualTo(Arrays.asList(null, List.of("[redacted]")));
            assertThat(PlainData.of(Map.of(odd, "value"))).isEqualTo(Map.of("[redacted]", "value"));
        }
    }

    @Test
    void whatHoldsItself_ends() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThat(String.valueOf(PlainData.of(endless))).contains("[redacted]");
    }
}
