package ai.scailabs.vault.credentials.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerGuardTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new AnswerGuard());

    private boolean passes(String bytes) {
        return channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1001\r\n",
                ">2147483647\r\n",
                "%99999999999999999999\r\n",
                "~2147483647",
                "|5000\r\n",
                "+OK\r\n*2\r\n*2147483647\r\n"
            })
    void moreElementsThanThereIsRoomFor_endTheConnection(String answer) {
        assertThatThrownBy(() -> passes(answer)).isInstanceOf(IOException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat((Object) channel.readInbound()).isNull();
    }

    @Test
    void announcementInPieces_isOneNevertheless() {
        assertThat(passes("+OK\r\n*10")).isTrue();
        assertThatThrownBy(() -> passes("01")).isInstanceOf(IOException.class);
    }

    @Test
    void moreBytesThanAnyAnswerHas_endTheConnection() {
        String piece = "a".repeat(1024);
        for (int i = 0; i < 1024; i++) {
            assertThat(passes(piece)).isTrue();
        }
        assertThatThrownBy(() -> passes("a")).isInstanceOf(IOException.class);
    }

    @Test
    void answersOfAnHonestServer_pass() {
        assertThat(passes("*2\r\n$5\r\nflags\r\n*1000\r\n:99999\r\n$-1\r\n*-1\r\n-ERR *5000\r\n+%5000\r\n"))
                .isTrue();
        assertThat(channel.isOpen()).isTrue();
    }
}
