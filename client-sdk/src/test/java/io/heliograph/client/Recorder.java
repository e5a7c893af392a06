package io.heliograph.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps all signals of a subscription. */
class Recorder implements SseListener {
  private final List<Signal> signals = new CopyOnWriteArrayList<>();

  @Override
  public void onEvent(Event event) throws Exception {
    signals.add(new Signal.Message(event));
  }

  @Override
  public void onSignal(Signal signal) throws Exception {
    signals.add(signal);
  }

  List<Signal> signals() {
    return signals;
  }

  <S extends Signal> List<S> all(Class<S> kind) {
    return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  List<String> data() {
    return all(Signal.Message.class).stream().map(m -> m.event().data()).toList();
  }

  List<Cause> causes() {
    return all(Signal.Disconnected.class).stream().map(Signal.Disconnected::cause).toList();
  }
}
