/* Draws the report from the JSON in the page. Texts go into the page as text only, never as HTML. */
(() => {
  'use strict';
  const {runs, metrics, timings} = JSON.parse(document.getElementById('data').textContent);
  const {summary: s, curves, heat} = runs[0];
  const page = document.getElementById('report');
  page.replaceChildren();

  // ---- Figures for people: the same as Spans.java writes them.

  const whole = n => Math.round(n).toLocaleString('en-US');
  const digits = n => n >= 99.95 ? whole(n) : n.toFixed(n >= 9.995 ? 1 : 2);
  const number = n => n == null ? '?' : Number.isInteger(n) ? whole(n) : digits(n);
  const micros = us =>
    us == null ? '-'
      : us < 1000 ? Math.round(us) + 'µs'
      : us < 1e6 ? digits(us / 1e3) + 'ms'
      : us < 600e6 ? digits(us / 1e6) + 's'
      : digits(us / 60e6) + 'min';
  const clock = t => {
    const tenths = Math.round(t * 10);
    const seconds = Math.floor(tenths / 10);
    return Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0') + (tenths % 10 ? '.' + tenths % 10 : '');
  };
  // Of which fewer than ten samples lie above is no figure but luck.
  const percentile = (latency, name) =>
    latency.count < 10 / (1 - Number(name.slice(1)) / 100) - 1e-6 ? null : latency[name];

  // ---- Elements

  function el(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      element.setAttribute(name, value);
    }
    element.append(...children.filter(child => child != null));
    return element;
  }

  function table(title, head, rows, className) {
    return el('div', {class: 'card ' + (className || '')},
      el('div', head ? {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title} : {},
        el('table', {},
          el('caption', {}, title),
          head && el('thead', {}, el('tr', {}, ...head.map(text => text ? el('th', {scope: 'col'}, text) : el('td')))),
          el('tbody', {}, ...rows))));
  }

  function row(name, definition, ...cells) {
    return el('tr', {},
      el('th', {scope: 'row'}, name, definition && el('small', {}, definition)),
      ...cells.map(cell => cell instanceof Node ? cell : el('td', {}, cell)));
  }

  const pairs = (title, map) => {
    const rows = Object.entries(map).map(([name, value]) => row(name, null, String(value)));
    return rows.length ? table(title, null, rows, 'pairs') : null;
  };

  const section = (title, ...keys) =>
    page.append(el('h2', {}, title, keys.length ? el('span', {class: 'keys'}, ...keys) : null));

  const named = summary => summary.scenario.name + ' ' + summary.run;

  // ---- What the run was, and whether to believe it

  const counts = s.verdict.state !== 'INVALID' && !s.aborted;

  function head() {
    const m = s.metrics;
    const seconds = s.phases.measured - s.phases.warmup;
    const facts = [number(m['users.count']) + ' users'];
    if (m['publish.rate'] != null) facts.push(whole(m['publish.rate']) + ' publishes/s');
    if (m['delivery.rate'] != null) facts.push(whole(m['delivery.rate']) + ' deliveries/s');
    if (seconds > 0) facts.push(seconds < 120 ? number(seconds) + ' s measured' : clock(seconds) + ' min measured');
    const settings = s.scenario.settings;
    page.append(el('header', {},
      el('p', {class: 'kicker'}, 'sse-cli simulate · load test report'),
      el('h1', {}, 'Load test “' + s.scenario.name + '”'),
      el('p', {class: 'facts'}, facts.join(' · ')),
      el('p', {class: 'soft'}, s.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
        + ' · run ' + s.run + ' · engine ' + (settings.engine || 'sdk')
        + ' · seed ' + s.scenario.seed + ' · shard ' + s.scenario.shard),
      ...runs.slice(1).map(({summary}) => el('p', {class: 'soft'}, 'compared with ' + named(summary) + ': ' + summary.verdict.state))));
    const meaning = {
      VALID: 'The load generator kept up with its plan.',
      SUSPECT: 'Read the results with care: the load generator was held up.',
      INVALID: 'The load generator, not the server, was the bottleneck: the results say nothing about the server.'};
    verdict(s.verdict.state.toLowerCase(), s.verdict.state, meaning[s.verdict.state], s.verdict.reasons);
    if (s.aborted) {
      verdict('early', 'ABORTED', 'The run was stopped before its end.', []);
    }
  }

  const verdict = (kind, word, meaning, reasons) =>
    page.append(el('section', {class: 'verdict ' + kind, 'aria-label': 'Verdict'},
      el('p', {}, el('b', {}, word), meaning),
      reasons.length ? el('ul', {}, ...reasons.map(reason => el('li', {}, reason))) : null));

  function tiles() {
    const list = el('dl', {class: 'tiles'});
    const tile = (label, value, kind) =>
      list.append(el('div', {class: 'tile ' + (kind || '')}, el('dt', {}, label), el('dd', {}, value)));
    const live = s.latencyUs['delivery.live'];
    tile('users', number(s.metrics['users.count']));
    tile('deliveries/s', number(s.metrics['delivery.rate']));
    if (live) {
      tile('p50', micros(percentile(live, 'p50')));
      tile('p99', micros(percentile(live, 'p99')));
      tile('max', micros(live.max));
    }
    const lost = s.metrics['loss.silent'];
    tile('silent loss', number(lost), lost > 0 ? 'bad' : lost == null || !counts ? 'unsure' : 'good');
    for (const storm of s.storms) {
      tile('back after ' + storm.what,
        storm.backSeconds == null ? 'not all' : storm.backSeconds.toFixed(1) + ' s', storm.backSeconds == null ? 'bad' : '');
    }
    const kept = s.thresholds.filter(threshold => threshold.kept).length;
    const all = kept === s.thresholds.length;
    if (s.thresholds.length) {
      tile(counts || !all ? 'thresholds met' : 'thresholds met, but the run is not valid',
        kept + ' of ' + s.thresholds.length, !all ? 'bad' : counts ? 'good' : 'unsure');
    }
    page.append(list);
  }

  // ---- Charts

  const charts = [];
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
  const STEPS = [.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

  /** As wide as the longest label. */
  function labelWidth(u, labels, axis, cycle) {
    if (cycle > 1) return u.axes[axis]._size; // So it says itself: else it may never settle.
    const longest = (labels || []).reduce((most, label) => label && label.length > most.length ? label : most, '');
    u.ctx.font = u.axes[axis].font[0];
    return Math.ceil(u.ctx.measureText(longest).width / devicePixelRatio) + 14;
  }

  /** The next number with one digit below, or above, so that no line lies on the edge. */
  function rounded(value, by, round) {
    const magnitude = 10 ** Math.floor(Math.log10(value * by) + 1e-9);
    return round(value * by / magnitude) * magnitude;
  }

  const short = text => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

  /** A key to a colour: of a line, or of an area. */
  function key(name, text, kind) {
    const swatch = el('i', {class: kind || ''});
    swatch.style.color = 'var(--' + name + ')';
    return el('span', {}, swatch, text);
  }

  /**
   * One chart.
   *
   * lines: [label, values, colour, {dashed, filled, hidden}]; x: {values, range, splits, write};
   * y: {write, log, range}; under: draws below the lines; told: what the pointer shows, if not the lines
   */
  function chart(parent, {title, subtitle, alternative, lines, x, y, under, told, sync, keys, height = 220}) {
    const plot = el('div', {class: 'plot', role: 'img', 'aria-label': title + '. ' + alternative});
    const shown = el('p', {class: 'told', 'aria-hidden': 'true'});
    const drawn = lines.filter(([, , , style]) => !style?.hidden);
    keys = keys || (drawn.length > 1 ? drawn.map(([label, , name, style]) => key(name, label, style?.dashed ? 'line dashed' : 'line')) : []);
    parent.append(el('figure', {},
      el('figcaption', {}, el('h3', {}, title), el('p', {}, subtitle), el('div', {class: 'keys'}, ...keys)), plot, shown));
    const axis = {font: FONT, stroke: () => colour('soft'), ticks: {show: false}};
    const grid = {stroke: () => colour('grid'), width: 1};
    // Lines for 2, 3, … between powers of ten only where there is room.
    const decades = (_, splits) => Math.log10(splits.at(-1) / splits[0]) < 2.5
      ? splits : splits.map(split => Math.abs(Math.log10(split) % 1) < 1e-6 ? split : null);
    const logRange = (_, min, max) => min > 0 ? [rounded(min, .8, Math.floor), rounded(max, 1.25, Math.ceil)] : [1, 10];
    const width = () => Math.max(240, Math.floor(plot.clientWidth));
    const u = new uPlot({
      width: width(), height, padding: [8, 24, 0, 0],
      legend: {show: false},
      cursor: {drag: {x: false, y: false}, points: {size: 6}, ...(sync ? {sync: {key: sync}} : {})},
      scales: {
        x: {time: false, range: () => x.range},
        y: {distr: y.log ? 3 : 1, range: y.range ? () => y.range : y.log ? logRange : (_, min, max) => [0, max > 0 ? max * 1.08 : 1]}},
      axes: [
        {...axis, grid, size: 26, space: 64, incrs: STEPS, splits: x.splits, values: (_, ticks) => ticks.map(x.write)},
        {...axis, grid: y.log ? {...grid, filter: decades} : grid, size: labelWidth, space: 34, gap: 6,
          values: (_, ticks) => ticks.map(tick => tick == null ? '' : short(y.write(tick)))}],
      series: [
        {},
        ...lines.map(([, , name, style = {}]) => ({
          width: style.dashed ? 1.3 : 1.8, dash: style.dashed ? [5, 4] : undefined,
          stroke: () => colour(name), points: {show: false},
          fill: style.filled ? () => colour(name) + '22' : undefined,
          paths: style.hidden ? () => null : undefined}))],
      hooks: {
        drawClear: under ? [under] : [],
        setCursor: [({cursor}) => {
          const at = cursor.idx;
          shown.textContent = told && cursor.left >= 0 ? told(u)
            : told || at == null ? ''
            : [x.write(x.values[at]), ...lines.filter(line => line[1][at] != null).map(line => line[0] + ' ' + y.write(line[1][at]))].join(' · ');
        }]}
    }, [x.values, ...lines.map(line => line[1])], plot);
    charts.push(u);
    new ResizeObserver(() => requestAnimationFrame(() => {
      if (width() !== u.width) u.setSize({width: width(), height});
    })).observe(plot);
  }

  const spread = (name, values, write) => {
    const known = values.filter(value => value != null);
    return known.length ? name + ' from ' + write(Math.min(...known.slice(0, 1e5))) + ' to ' + write(Math.max(...known.slice(0, 1e5))) : name + ' not measured';
  };

  /** The axis stretches towards 100 %, because that is where it hurts. */
  function percentiles() {
    const lines = [];
    const add = (label, of, timing, name, style) => {
      if (of.curves[timing]) lines.push([label, of.curves[timing], name, style]);
    };
    add('live', runs[0], 'delivery.live', 'c1');
    add('live, uncorrected', runs[0], 'delivery.uncorrected', 'c1', {dashed: true});
    runs.slice(1).forEach(other =>
      add('live, ' + named(other.summary), other, 'delivery.live', 'c2'));
    add('replay after a reconnect', runs[0], 'delivery.replay', 'c4');
    add('publish accepted', runs[0], 'publish.ack', 'c3');
    if (!lines.length) return;
    const length = Math.max(...lines.map(line => line[1].length));
    const end = Math.max(1, Math.min(6, Math.floor((length - 1) / 50 + 1e-9)));
    const used = lines.map(([label, values, ...rest]) => [label, fill(values.slice(0, end * 50 + 1), end * 50 + 1), ...rest]);
    const labels = ['0%', '90%', '99%', '99.9%', '99.99%', '99.999%', '99.9999%'];
    const box = el('div', {class: 'charts wide'});
    page.append(box);
    chart(box, {
      title: 'Latency by percentile', height: 280,
      subtitle: 'from when an event was due until its user received it',
      alternative: 'The table of latencies below has the figures.',
      lines: used,
      x: {
        values: used[0][1].map((_, i) => i / 50), range: [0, end],
        splits: () => labels.slice(0, end + 1).map((_, i) => i),
        write: nines => labels[nines] || (100 - 100 * 10 ** -nines).toFixed(Math.ceil(nines)) + '%'},
      y: {write: micros, log: true}});
  }

  const fill = (values, length) => [...values, ...Array(length - values.length).fill(null)];

  function bands(u) {
    const {top, height} = u.bbox;
    const band = (from, to, name) => {
      const left = u.valToPos(Math.max(0, from), 'x', true);
      const right = u.valToPos(Math.min(to, u.scales.x.max), 'x', true);
      if (right > left) {
        u.ctx.fillStyle = colour(name);
        u.ctx.fillRect(left, top, right - left, height);
      }
    };
    const {ramp, warmup, measured} = s.phases;
    band(0, ramp, 'ramp');
    band(ramp, warmup, 'warmup');
    band(measured, u.scales.x.max, 'drain');
    for (const storm of s.storms) {
      const from = warmup + storm.atSeconds;
      band(from, from + (storm.backSeconds ?? u.scales.x.max), 'storm');
    }
  }

  function overTime() {
    const t = s.timeline;
    if (!t.t.length) return;
    const storms = s.storms.map(storm => storm.what).join(', ');
    section('Over time', key('ramp', 'ramp'), key('warmup', 'warm-up'), key('drain', 'drain'),
      storms ? key('storm', 'storm, until all users are back: ' + storms) : null);
    const box = el('div', {class: 'charts'});
    page.append(box);
    const end = t.t[t.t.length - 1];
    const x = {values: t.t, range: [0, end], write: clock};
    const timed = (title, subtitle, lines, y) => {
      const measured = lines.filter(([, values]) => values.some(value => value != null));
      if (measured.length) {
        chart(box, {title, subtitle, lines: measured, x, y, under: bands, sync: 'time',
          alternative: measured.map(([label, values]) => spread(label, values, y.write)).join('; ') + '. The table “Second by second” has the figures.'});
      }
    };
    timed('Latency over time', 'live deliveries, second by second',
      [['p50', t.p50, 'c1'], ['p99', t.p99, 'c2'], ['max', t.max, 'c5']], {write: micros, log: true});
    if (heat) heatMap(box, x, end);
    timed('Connected users', 'connected and caught up', [['users', t.users, 'c1', {filled: true}]], {write: number});
    timed('Rates', 'per second', [
      ['delivered', t.delivered, 'c1', {filled: true}],
      ['publishes accepted', t.accepted, 'c3'],
      ['planned', t.planned, 'c3', {dashed: true}],
      ['reconnects', t.returns, 'c4'],
      ['connections ended', t.disconnects, 'c5']], {write: number});
    timed('Processors', 'number of processors in use',
      [['server', t.serverCpu, 'c1'], ['generator', t.generatorCpu, 'c3', {dashed: true}]], {write: number});
    timed('Server memory', 'MiB, resident', [['memory', t.serverRss, 'c4', {filled: true}]], {write: number});
  }

  /** The darker, the more; equal steps are equal factors, for one late event counts, too. */
  function heatMap(box, x, end) {
    const rows = heat.columns[0].length;
    const edge = row => heat.lowestMicros * 10 ** (row / heat.rowsPerDecade);
    const most = Math.max(...heat.columns.flat());
    const shade = count => .12 + .88 * Math.log10(count + 1) / Math.log10(most + 1);
    const scale = el('i', {class: 'scale'});
    scale.style.background = 'linear-gradient(90deg, color-mix(in srgb, var(--c1) 15%, transparent), var(--c1))';
    chart(box, {
      title: 'Distribution of latency over time',
      subtitle: 'live deliveries; each cell is an interval of time and latency',
      alternative: 'The table “Second by second” has the percentiles, run.hlog all values.',
      keys: [el('span', {}, '1 ', scale, number(most) + ' deliveries in a cell')],
      lines: [['', x.values.map(() => heat.lowestMicros), 'c1', {hidden: true}]],
      x, y: {write: micros, log: true, range: [heat.lowestMicros, edge(rows)]}, sync: 'time',
      told: u => {
        const at = u.posToVal(u.cursor.left, 'x');
        const its = Math.floor(Math.log10(u.posToVal(u.cursor.top, 'y') / heat.lowestMicros) * heat.rowsPerDecade);
        const counted = heat.columns[Math.floor(at / heat.columnSeconds)]?.[its];
        return counted == null ? '' : clock(at) + ' · ' + micros(edge(its)) + ' to ' + micros(edge(its + 1)) + ' · ' + number(counted) + ' deliveries';
      },
      under: u => {
        bands(u);
        u.ctx.fillStyle = colour('c1');
        // Whole pixels, so that cells neither overlap nor leave gaps.
        const pixel = (value, axis) => Math.round(u.valToPos(value, axis, true));
        heat.columns.forEach((counted, column) => {
          const from = pixel(column * heat.columnSeconds, 'x');
          const to = pixel(Math.min(end, (column + 1) * heat.columnSeconds), 'x');
          counted.forEach((count, its) => {
            if (count) {
              const top = pixel(edge(its + 1), 'y');
              u.ctx.globalAlpha = shade(count);
              u.ctx.fillRect(from, top, to - from, pixel(edge(its), 'y') - top);
            }
          });
        });
        u.ctx.globalAlpha = 1;
      }});
  }

  // ---- Tables

  const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9'];

  function latencies() {
    const cells = latency => [...PERCENTILES.map(p => micros(percentile(latency, p))), micros(latency.max), number(latency.count)];
    const rows = [];
    for (const [name, definition] of Object.entries(timings)) {
      runs.forEach(({summary}, i) => {
        const latency = summary.latencyUs[name];
        if (latency) rows.push(row(i ? name + ', ' + named(summary) : name, i ? null : definition, ...cells(latency)));
      });
    }
    return table('Latencies', ['', ...PERCENTILES, 'max', 'count'], rows);
  }

  function thresholds() {
    if (!s.thresholds.length) return null;
    const met = counts ? 'good' : 'unsure';
    return table(counts ? 'Thresholds' : 'Thresholds of a run that is not valid', ['', 'was', ''], s.thresholds.map(({expression, shown, kept}) =>
        row(expression, null, shown, el('td', {class: kept ? met : 'bad'}, kept ? '✓ met' : '✗ not met'))));
  }

  function figures() {
    section('Metrics');
    const groups = {
      'Delivery': ['delivery', 'loss', 'dup', 'order', 'misrouted', 'corrupt', 'other', 'gaps'],
      'Publishing': ['publish'],
      'Users and connections': ['users', 'connect', 'disconnects', 'reconnect', 'heartbeat', 'slow', 'errors'],
      'Server': ['server'],
      'Load generator': ['generator', 'machine']};
    const cards = Object.entries(groups).map(([title, parts]) => {
      const rows = Object.entries(metrics)
        .filter(([name]) => parts.includes(name.split('.')[0]) && runs.some(run => run.summary.metrics[name] != null))
        .map(([name, definition]) => row(name, definition, ...runs.map(run => number(run.summary.metrics[name]))));
      return rows.length ? table(title, runs.length > 1 ? ['', ...runs.map(run => named(run.summary))] : null, rows) : null;
    });
    page.append(el('div', {class: 'columns'}, ...cards.filter(card => card)));
  }

  function background() {
    section('Background');
    page.append(el('div', {class: 'columns'},
      s.notes.length ? el('div', {class: 'card'}, el('h3', {}, 'Notes'), el('ul', {class: 'notes'}, ...s.notes.map(note => el('li', {}, note)))) : null,
      pairs('Errors', Object.fromEntries(Object.entries(s.errors).map(([kind, count]) => [kind, number(count)]))),
      pairs('Settings', s.scenario.settings),
      pairs('Environment', s.environment)));
  }

  /** For who cannot see the charts: at most 120 rows; the worst of each group, so that no spike is lost. */
  function seconds() {
    const t = s.timeline;
    if (!t.t.length) return;
    const group = Math.ceil(t.t.length / 120);
    const columns = ['users', 'planned', 'accepted', 'delivered', 'p50', 'p99', 'max', 'returns', 'disconnects', 'generatorCpu', 'serverCpu', 'serverRss'];
    const span = ['p50', 'p99', 'max'];
    const rows = [];
    for (let from = 0; from < t.t.length; from += group) {
      let worst = from;
      for (let i = from; i < Math.min(t.t.length, from + group); i++) {
        if (t.max[worst] == null || t.max[i] > t.max[worst]) worst = i;
      }
      rows.push(row(clock(t.t[worst]), null, ...columns.map(name =>
        t[name][worst] == null ? '-' : span.includes(name) ? micros(t[name][worst]) : number(t[name][worst]))));
    }
    const title = group > 1 ? 'The worst of every ' + group + ' seconds' : 'Every second';
    page.append(el('details', {}, el('summary', {}, 'Second by second'), table(title, ['at', ...columns], rows)));
  }

  head();
  tiles();
  percentiles();
  overTime();
  section('Results');
  page.append(el('div', {class: 'results'}, latencies(), thresholds()));
  figures();
  background();
  seconds();

  const redraw = () => charts.forEach(chart => chart.redraw(false, false));
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', redraw);
  }
})();
