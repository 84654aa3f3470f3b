package ai.scailabs.vault.api.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserAgentTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "curl/8.9.1",
                "Mozilla/5.0 (X11; Linux x86_64) basically/1.0",
                "aws-sdk/2 md/basic#x",
                "bearer-of-news/3"
            })
    void ordinaryText_staysAsItIs(String text) {
        assertThat(UserAgent.of(text)).isEqualTo(text);
    }

    @Test
    void none_isNone() {
        assertThat(UserAgent.of(null)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln           | [redacted]
            app/1 eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0 (x)        | app/1 [redacted] (x)
            skt_0123456789abcdef                                 | [redacted]
            app/1 token=skt_0123456789abcdef;v=2                  | app/1 token=[redacted];v=2
            Bearer s3cret-word                                   | [redacted]
            Authorization: bearer s3cret-word                    | Authorization: [redacted]
            app BeArEr=s3cret-word app                           | app [redacted] app
            Basic dXNlcjpwYXNz                                   | [redacted]
            """)
    void credential_isRedacted(String text, String shown) {
        assertThat(UserAgent.of(text)).isEqualTo(shown);
    }

    @Test
    void tokenThatTheCutLeavesABeginningOf_isRedacted() {
        String shown = UserAgent.of("x".repeat(240) + " eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln");

        assertThat(shown)
                .hasSizeLessThanOrEqualTo(256)
                .endsWith(" [redacted]".substring(0, 11))
                .doesNotContain("eyJ");
    }

    @Test
    void oversizedAndStrangeText_isCutAndCleaned() {
        String shown = UserAgent.of("naïve\u0000\u001b[31m\r\nSet-Cookie: a\ud800\u202e" + "é".repeat(1_000));

        assertThat(shown).hasSize(256).matches("[ -~]*").startsWith("na?ve??[31m??Set-Cookie: a??");
    }
}
