package ai.scailabs.vault.pki.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes is a directory's, or a proxy's before it, which may join what stood in several lines. */
class LinkHeaderTest {
    private static final String ALTERNATE = "<https://acme.test/chain/1>;rel=\"alternate\"";

    @Test
    void linkByItself_staysWhatItIs() {
        assertThat(LinkHeader.parse(ALTERNATE)).containsExactly(ALTERNATE);
        assertThat(LinkHeader.parse("</chain/1> ; rel=alternate")).containsExactly("</chain/1>;rel=\"alternate\"");
    }

    @Test
    void joinedLinks_areTakenApart_andLoseWhatNobodyReads() {
        assertThat(
                        LinkHeader.parse(
                                "<https://acme.test/dir>; title=\"a, <b>; rel=next\"; REL=\"index\", <https://acme.test/chain/1>;rel=\"alternate\";rel=up,<https://acme.test/2,3>;rel=\"next  last\""))
                .containsExactly(
                        "<https://acme.test/dir>;rel=\"index\"",
                        ALTERNATE,
                        "<https://acme.test/2,3>;rel=\"next\"",
                        "<https://acme.test/2,3>;rel=\"last\"");
    }

    @Test
    void whatIsNoLink_isLeftOut() {
        for (String wrong :
                List.of("", "https://acme.test/", "<https://acme.test/", "<a>;rel=", "<a>;title=rel", ";;,<>,")) {
            assertThat(LinkHeader.parse(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void longHeader_takesNoTimeAndNoStack() {
        for (String wrong :
                List.of("<".repeat(60_000), "<a>" + ";a".repeat(30_000), "<a>;a=\"" + "\\".repeat(60_000))) {
            assertThat(Duration.ofNanos(timed(wrong))).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static long timed(String header) {
        long begin = System.nanoTime();
        assertThat(LinkHeader.parse(header)).isEmpty();
        return System.nanoTime() - begin;
    }
}
