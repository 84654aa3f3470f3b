package ai.scailabs.vault.credentials.connector.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetLimits;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.OutboundTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** As the driver's own bootstrap uses it. */
class RoutedLoopTest {
    private static final int PATIENCE_SECONDS = 10;

    private static Route route(int port) throws Exception {
        TargetNetwork network = new TargetNetwork(
                AddressRule.only(AddressRule.LOOPBACK), OutboundTls.trustSystem(), TargetLimits.DEFAULT);
        return network.route(
                TargetConfig.parse(TargetType.MONGODB, "mongodb://127.0.0.1:" + port, "disabled", null, null, false));
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static ChannelFuture connect(RoutedLoop loop, int port) throws InterruptedException {
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(InetAddress.getLoopbackAddress(), port);
        assertThat(connected.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return connected;
    }

    @Test
    void otherAddress_isNotConnected() throws Exception {
        try (ServerSocket server = server();
                ServerSocket other = server();
                Route route = route(server.getLocalPort());
                RoutedLoop loop = new RoutedLoop(route)) {
            assertThat(connect(loop, server.getLocalPort()).isSuccess()).isTrue();
            ChannelFuture elsewhere = connect(loop, other.getLocalPort());
            assertThat(elsewhere.cause()).isInstanceOf(IOException.class).hasMessageContaining("not sent");
        }
    }

    @Test
    void connection_endsWithItsRoute_andNoneBeginsAfterIt() throws Exception {
        try (ServerSocket server = server();
                Route route = route(server.getLocalPort());
                RoutedLoop loop = new RoutedLoop(route)) {
            Channel channel = connect(loop, server.getLocalPort()).channel();
            assertThat(channel.isActive()).isTrue();
            route.close();
            assertThat(channel.closeFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(connect(loop, server.getLocalPort()).isSuccess()).isFalse();
        }
    }
}
