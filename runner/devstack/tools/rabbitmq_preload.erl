%% Loads the modules that the server needs anyway. It does so itself, but one by one, and looks for each of the hundreds
%% of them in a hundred folders, which takes a good part of its start. Old ones load all that they depend on, others load
%% all of their own only.
Read = fun(Application) ->
    case code:lib_dir(Application) of
        {error, _} -> {"", []};
        Folder ->
            Ebin = filename:join(Folder, "ebin"),
            case file:consult(filename:join(Ebin, atom_to_list(Application) ++ ".app")) of
                {ok, [{application, Application, Keys}]} -> {Ebin, Keys};
                _ -> {"", []}
            end
    end
end,
Load = fun Load([], Seen, _) -> Seen;
           Load([Application | Rest], Seen, All) ->
    case lists:member(Application, Seen) of
        true -> Load(Rest, Seen, All);
        false ->
            {Ebin, Keys} = Read(Application),
            [code:load_abs(filename:join(Ebin, atom_to_list(Module)))
             || Module <- proplists:get_value(modules, Keys, []), code:is_loaded(Module) == false],
            Needs = case All of true -> proplists:get_value(applications, Keys, []); false -> [] end,
            Load(Needs ++ Rest, [Application | Seen], All)
    end
end,
Old = fun() ->
    {_, Keys} = Read(rabbit),
    case proplists:get_value(vsn, Keys, "") of
        "3.9." ++ _ -> true;
        "3.10." ++ _ -> true;
        _ -> false
    end
end,
%% rabbitmqctl has the same environment when the unit stops
case init:get_argument(boot) == {ok, [["start_sasl"]]} of
    true -> catch Load([rabbit, rabbit_common, rabbitmq_prelaunch, ra, mnesia], [], Old());
    false -> ok
end.
