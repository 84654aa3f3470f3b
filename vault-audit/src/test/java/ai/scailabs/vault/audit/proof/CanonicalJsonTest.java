package ai.scailabs.vault.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {
    /** RFC 8785, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "0000000000000002, 1e-323",
        "0000000000000003, 1.5e-323",
        "0000000000000004, 2e-323",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void numbers_areWrittenAsTheRfcWants(String bits, String expected) {
        assertThat(written(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))))
                .isEqualTo(expected);
    }

    @Test
    void wholeNumbers_keepTheirDigitsAsFarAsADoubleDoes() {
        assertThat(written(List.of(0, -7, 9_007_199_254_740_991L, 9_007_199_254_740_993L, new BigInteger("12"))))
                .isEqualTo("[0,-7,9007199254740991,9007199254740992,12]");
        assertThat(written(List.of(new BigDecimal("1.50"), new BigDecimal("1E400"), Double.NaN)))
                .isEqualTo("[1.5,\"1E+400\",\"NaN\"]");
    }

    /** RFC 8785 §3.2.2 and §3.2.3. */
    @Test
    void texts_areEscapedAndNamesSortedByCodeUnits() {
        assertThat(written("\u20ac$\u000F\nA'B\"\\\\\"/\u007f"))
                .isEqualTo("\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u007f\"");
        Map<String, Object> members = new LinkedHashMap<>();
        for (String name : List.of("\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6")) {
            members.put(name, 1);
        }
        assertThat(written(members))
                .isEqualTo(
                        "{\"\\r\":1,\"1\":1,\"\u0080\":1,\"\u00f6\":1,\"\u20ac\":1,\"\ud83d\ude00\":1,\"\ufb33\":1}");
    }

    @Test
    void nestedValues_areWritten() {
        Map<String, Object> nulls = new HashMap<>();
        nulls.put("none", null);
        assertThat(written(Map.of("b", Arrays.asList(true, null, Map.of()), "a", List.of(), "c", nulls)))
                .isEqualTo("{\"a\":[],\"b\":[true,null,{}],\"c\":{\"none\":null}}");
        assertThatThrownBy(() -> written(new byte[3])).isInstanceOf(IllegalArgumentException.class);
    }

    private static String written(Object value) {
        StringBuilder out = new StringBuilder();
        new CanonicalJson(out).value(value);
        return out.toString();
    }
}
