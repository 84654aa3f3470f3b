package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PunycodeTest {
    /** RFC 3492 §7.1, and a few more. */
    @ParameterizedTest
    @CsvSource({
        "egbpdaj6bu4bxfgehfvwxn, \u0644\u064a\u0647\u0645\u0627\u0628\u062a\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064a\u061f",
        "ihqwcrb4cv8a8dqg056pqjye, \u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587",
        "3b-ww4c5e180e575a65lsy2b, 3\u5e74b\u7d44\u91d1\u516b\u5148\u751f",
        "d9juau41awczczp, \u305d\u306e\u30b9\u30d4\u30fc\u30c9\u3067",
        "fa-hia, fa\u00df",
        "ls8h, \ud83d\udca9"
    })
    void text_hasOneCode(String code, String text) {
        assertThat(Punycode.decode(code)).contains(text);
        assertThat(Punycode.encode(text)).isEqualTo(code);
    }

    @Test
    void whatIsNoCode_standsForNothing() {
        assertThat(Punycode.decode("bcher-kv")).isEmpty();
        assertThat(Punycode.decode("99999999")).isEmpty();
        assertThat(Punycode.decode("a_b")).isEmpty();
        assertThat(Punycode.decode("-abc")).isEmpty();
        assertThat(Punycode.decode("\u00fc")).isEmpty();
        assertThat(Punycode.decode("a".repeat(64))).isEmpty();
    }
}
