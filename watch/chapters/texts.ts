// Copyright 2026 the asyncio authors. MIT license.

/**
 * What the chapters say. They follow the source documents of this project, which are in Japanese; so
 * is one of the two languages.
 *
 * @module
 */

import type { ChapterText } from "./chapter.ts";

/** The chapters, in order. */
export const TEXTS: readonly ChapterText[] = [
  {
    id: "01_events",
    en: {
      title: "Events that register events",
      text: [
        "An event loop is a queue of functions, and a loop that calls them one after the other.",
        "A function that wants something done later registers it with callSoon() and returns; " +
        "nobody waits for anybody.",
        "When the queue is empty, the loop waits for the next timer: here the clock is a virtual " +
        "one, and simply jumps.",
      ],
      question: "goHome() is called twice, although the first call already stops the loop. Why?",
      answer: "stop() ends the loop after the batch that is under way. Both timers were due at " +
        "the same time, so both calls were put into the same batch, and a batch is always run to " +
        "its end.",
    },
    ja: {
      title: "イベントを登録するイベント",
      text: [
        "イベントループとは、関数を並べたキューと、それを先頭から順に呼び出すループです。",
        "あとで実行したいことがある関数は callSoon() で登録して戻るだけで、誰も誰かを待ちません。",
        "キューが空になると、ループは次のタイマーを待ちます。このページの時計は仮想なので、一気に進みます。",
      ],
      question:
        "最初の goHome() がループを止めたはずなのに、goHome() は二回呼ばれます。なぜでしょうか?",
      answer:
        "stop() は、実行中のバッチが終わってからループを止めます。二つのタイマーは同じ時刻に" +
        "満了したので同じバッチに入り、バッチは必ず最後まで実行されます。",
    },
  },
  {
    id: "02_selector",
    en: {
      title: "A selector and its handlers",
      text: [
        "A selector watches many sockets at once and reports those that can be read or written " +
        "without waiting.",
        "Each row says what is watched, for which event, and which handler is to be called: the " +
        "Reactor pattern, at work in a pizza shop.",
        "The sockets of this page are simulated, since a browser has none; the table of " +
        "registrations and select() are the library's.",
      ],
      question: "A handler changes what its socket is watched for with modify(). Why does " +
        "readOrder() not simply send the pizza?",
      answer:
        "It could, as long as there is room to send. A socket whose other end does not read " +
        "takes nothing more, and send() would have to wait, and everybody with it. Whoever asks the " +
        "selector for EVENT_WRITE first is called when sending does not block.",
    },
    ja: {
      title: "セレクタとハンドラ",
      text: [
        "セレクタは多数のソケットをまとめて監視し、待たずに読み書きできるものを知らせます。",
        "表の各行は、何を、どのイベントについて監視し、どのハンドラを呼ぶかを示します。" +
        "ピザ屋で働く Reactor パターンです。",
        "ブラウザにはソケットがないので、このページのソケットは模擬です。登録の表と select() は本物です。",
      ],
      question:
        "ハンドラは modify() で監視するイベントを変えます。readOrder() がその場でピザを送らないのはなぜでしょうか?",
      answer:
        "送信バッファに空きがあれば送れます。しかし相手が読まないソケットはもう受け取らないので、" +
        "send() は待つことになり、全員が待たされます。先に EVENT_WRITE を頼んでおけば、" +
        "ブロックせずに送れるときに呼ばれます。",
    },
  },
  {
    id: "03_generator",
    en: {
      title: "A generator that stops in the middle",
      text: [
        "A generator is a function that can stop in the middle and go on later, with all its " +
        "variables as they were.",
        "A task runs one, step by step: a yield gives control back to the loop, which puts the task " +
        "at the end of the ready queue.",
        "So two tasks take turns on one thread, and each changes hands only where the source says " +
        "yield.",
      ],
      question:
        "The task long is done two numbers after short. When does main learn that short is " +
        "done: at once?",
      answer:
        "No. When short ends, main is put into the ready queue, behind long, which is there " +
        "already. Nobody is ever interrupted: main runs when its turn comes.",
    },
    ja: {
      title: "途中で止まるジェネレータ",
      text: [
        "ジェネレータは、途中で止まり、変数をすべて保ったまま、あとで続きを実行できる関数です。",
        "タスクはそれを一歩ずつ進めます。yield は制御をループに返し、ループはタスクを実行待ちキューの最後に並べます。",
        "こうして二つのタスクが一つのスレッドで交代します。交代するのは、ソースに yield と書かれた所だけです。",
      ],
      question:
        "タスク long は short より二つ多く数えます。short が終わったことを、main はすぐに知るでしょうか?",
      answer:
        "いいえ。short が終わると main は実行待ちキューに入りますが、そこには先に long が並んでいます。" +
        "誰も割り込まれません。main は自分の番が来たときに動きます。",
    },
  },
  {
    id: "04_futures",
    en: {
      title: "Futures that wake",
      text: [
        "A future stands for a result that is not there yet, and keeps a list of whoever wants it.",
        "A task that says yield* future leaves the ready queue altogether: it costs nothing until " +
        "the future wakes it.",
        "setResult() runs none of them; it only puts them into the ready queue, in the order in " +
        "which they came.",
      ],
      question:
        "After setResult(), three are woken: report, first and second. Why is main not among " +
        "them, although it waits as well?",
      answer:
        "main does not wait for the future but for the task first. A task is a future of its " +
        "own: main is woken when first has returned, and that is one step later.",
    },
    ja: {
      title: "待つ者を起こす Future",
      text: [
        "Future はまだない結果の代わりに置かれ、それを待つ者の一覧を持っています。",
        "yield* future としたタスクは実行待ちキューから完全に外れ、Future に起こされるまで何の負担にもなりません。",
        "setResult() は待つ者を実行しません。来た順に実行待ちキューへ入れるだけです。",
      ],
      question:
        "setResult() のあと、report、first、second の三つが起こされます。main も待っているのに、" +
        "なぜ含まれないのでしょうか?",
      answer:
        "main が待っているのはこの Future ではなく、タスク first です。タスク自身も Future なので、" +
        "main は first が終わったとき、つまり一歩あとで起こされます。",
    },
  },
  {
    id: "05_gather",
    en: {
      title: "Gather against sequence",
      text: [
        "Waiting for one thing after the other takes as long as all of them together.",
        "gather() makes a task of each coroutine: their timers stand in the heap at the same time, " +
        "and they take as long as the slowest.",
        "Nothing runs at the same time here, there is one thread; it is the waiting that overlaps.",
      ],
      question:
        "Would gather() also help if fetchData() computed for a second instead of sleeping?",
      answer: "No. Computing keeps the thread: the other tasks would stand in the ready queue " +
        "meanwhile, and three seconds of work stay three seconds. What computes belongs into a " +
        "thread or a process: toThread(), ProcessPoolExecutor.",
    },
    ja: {
      title: "gather と逐次実行",
      text: [
        "一つずつ順番に待つと、全部の待ち時間の合計がかかります。",
        "gather() は各コルーチンをタスクにします。タイマーは同時にヒープに並び、かかる時間は最も遅いものの分だけです。",
        "同時に実行されているものはありません。スレッドは一つで、重なるのは待ち時間です。",
      ],
      question:
        "fetchData() がスリープではなく一秒間計算するとしたら、gather() は役に立つでしょうか?",
      answer: "いいえ。計算はスレッドを離さないので、ほかのタスクはその間キューに並んだままで、" +
        "三秒分の仕事は三秒のままです。計算はスレッドかプロセスに任せます(toThread()、ProcessPoolExecutor)。",
    },
  },
  {
    id: "06_handover",
    en: {
      title: "Lock, semaphore, event, queue",
      text: [
        "All four are made of futures: whoever cannot go on waits in a line, and whoever is done " +
        "wakes the first of it.",
        "The event opens the door for everybody, the semaphore has two tables, the lock has one " +
        "menu, and the queue has room for one order.",
        "A full queue makes those who put wait, too: that is how a slow cook slows the guests down, " +
        "and memory stays bounded.",
      ],
      question: "Cleo comes last. What does she wait for first, and who lets her in?",
      answer:
        "For the semaphore, like this: Ann and Ben have the two tables. Ann frees hers as soon " +
        "as the queue has taken her order, and the semaphore wakes Cleo, who is first in its line.",
    },
    ja: {
      title: "ロック、セマフォ、イベント、キュー",
      text: [
        "四つとも Future でできています。進めない者は列に並び、終わった者が列の先頭を起こします。",
        "イベントは全員に扉を開け、セマフォにはテーブルが二つ、ロックにはメニューが一つ、" +
        "キューには注文一つ分の空きがあります。",
        "キューが満杯なら put() する側も待ちます。遅い料理人が客の速さを抑え、メモリは増え続けません。",
      ],
      question: "最後に来る Cleo は、最初に何を待ち、誰のおかげで席に着けるのでしょうか?",
      answer:
        "セマフォを待ちます。二つのテーブルには Ann と Ben がいるからです。キューが Ann の注文を" +
        "受け取ると Ann は席を空け、セマフォは列の先頭にいる Cleo を起こします。",
    },
  },
  {
    id: "07_timeout",
    en: {
      title: "A timeout that cancels",
      text: [
        "timeout(2) is a timer that cancels the task when it fires.",
        "The cancellation arrives as an error at the very place where the task waits, deep inside " +
        "bake(), and passes through every finally on its way out.",
        "At the edge of the timeout it becomes a TimeoutError; whoever leaves in time takes the timer " +
        "out of the heap.",
      ],
      question:
        "The timer of sleep(3600) is in the heap when the timeout fires. What becomes of it?",
      answer:
        "It is withdrawn as the error passes through sleep(): watch the heap one line later. " +
        "Nobody is left to be woken by it, and the program need not wait an hour to end.",
    },
    ja: {
      title: "キャンセルするタイムアウト",
      text: [
        "timeout(2) は、満了するとタスクをキャンセルするタイマーです。",
        "キャンセルは、タスクが待っているまさにその場所、bake() の奥に例外として届き、" +
        "出ていく途中ですべての finally を通ります。",
        "timeout の境界で TimeoutError に変わります。間に合って出れば、タイマーはヒープから取り除かれます。",
      ],
      question:
        "タイムアウトのとき、sleep(3600) のタイマーはまだヒープにあります。これはどうなるでしょうか?",
      answer: "例外が sleep() を通るときに取り消されます。一行進めてヒープを見てください。" +
        "起こす相手はもういないので、プログラムは一時間待たずに終わります。",
    },
  },
  {
    id: "08_task_group",
    en: {
      title: "A task group that fails",
      text: [
        "A task group is a scope that no task outlives: its body ends when all of them have ended.",
        "When one of them fails, the group cancels the others and waits until they are through.",
        "The errors come out together, as an ExceptionGroup: none is lost, and nothing goes on " +
        "behind your back.",
      ],
      question: "The task quick was done before the failure. And if slow had caught its " +
        "CancelledError and gone on working?",
      answer: "The group would wait for it: it cancels, it does not kill. Edit work() so that it " +
        "sleeps again in its catch, without throwing, and run it: the group's error comes later.",
    },
    ja: {
      title: "失敗するタスクグループ",
      text: [
        "タスクグループは、どのタスクもそこから外へ生き延びない範囲です。全部終わって初めて本体が終わります。",
        "一つが失敗すると、グループは残りをキャンセルし、終わるまで待ちます。",
        "エラーは ExceptionGroup としてまとめて出てきます。失われるものも、知らぬ間に続くものもありません。",
      ],
      question:
        "quick は失敗の前に終わっていました。もし slow が CancelledError を捕まえて働き続けたら?",
      answer: "グループはそれを待ちます。キャンセルは頼むことであり、強制終了ではありません。" +
        "work() の catch で throw せずにもう一度 sleep するように書き換えて実行すると、グループのエラーは遅れて出ます。",
    },
  },
  {
    id: "09_guessing_game",
    en: {
      title: "The guessing game's two ends",
      text: [
        "Two ends of a connection in one program: one guesses a number, the other knows it.",
        "A stream is made of all the chapters before: the selector reports bytes, a callback of the " +
        "transport puts them into the reader, and a future wakes whoever waits in readline().",
        "So the two tasks take turns without knowing of each other, at the pace of what they send.",
      ],
      question: "drain() is awaited, and yet the client goes on at once. What is it for?",
      answer:
        "It waits only when too much is unsent: when the other end reads more slowly than this " +
        "one writes. Here a few bytes are written at a time, and there is nothing to wait for; with " +
        "megabytes there would be.",
    },
    ja: {
      title: "数当てゲームの両端",
      text: [
        "一つのプログラムの中に接続の両端があります。片方は数を当て、もう片方は答えを知っています。",
        "ストリームはここまでの章でできています。セレクタがバイトの到着を知らせ、トランスポートのコールバックが" +
        "リーダーに入れ、readline() で待つ者を Future が起こします。",
        "こうして二つのタスクは、互いを知らないまま、送り合う速さで交代します。",
      ],
      question: "drain() を待っているのに、クライアントはすぐに先へ進みます。何のためでしょうか?",
      answer:
        "未送信のデータが多すぎるときだけ待ちます。つまり、相手の読む速さがこちらの書く速さに追いつかないときです。" +
        "ここでは数バイトずつなので待つ必要はありませんが、何メガバイトも送れば必要になります。",
    },
  },
  {
    id: "10_sleepers",
    en: {
      title: "Ten thousand sleepers",
      text: [
        "Each dot is a task: ten thousand of them, on one thread, of which nearly all sleep nearly " +
        "all the time.",
        "A sleeping task is a generator that has stopped and an entry in the timer heap: a few " +
        "hundred bytes, and no work at all until it is woken.",
        "A thread for each would need a stack of its own, and the system would have to switch " +
        "between ten thousand of them.",
      ],
      question: "The nearer to the middle, the sooner a dot wakes. How often does the loop wait: " +
        "ten thousand times?",
      answer:
        "Once for each ring, about seventy times. All timers that are due at the same time are " +
        "taken out of the heap in one turn, and their tasks run in one batch. Watch the clock jump.",
    },
    ja: {
      title: "一万の眠るタスク",
      text: [
        "点の一つ一つがタスクです。一つのスレッドに一万個。ほとんどは、ほとんどの時間、眠っています。",
        "眠っているタスクは、止まったジェネレータとタイマーヒープの一項目にすぎません。" +
        "数百バイトで、起こされるまで何の仕事もしません。",
        "一つずつにスレッドを使えば、それぞれにスタックが要り、システムは一万個を切り替え続けることになります。",
      ],
      question: "中心に近い点ほど早く起きます。ループが待つのは一万回でしょうか?",
      answer:
        "輪ごとに一回、およそ七十回です。同じ時刻に満了したタイマーは一巡でまとめてヒープから" +
        "取り出され、そのタスクは一つのバッチで実行されます。時計が進む様子を見てください。",
    },
  },
];
